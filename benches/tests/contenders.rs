//! All contenders do the same work, so that what they cost can be compared.

use callbacks_benches::contenders::{BoxError, Peer, Setup, Signature, take_total};

const PEERS: [Peer; 6] = [
    Peer::Ours,
    Peer::Inline,
    Peer::Direct,
    Peer::Dynamic,
    Peer::Argmin,
    Peer::Bevy,
];

/// What all handlers together have summed up; `None` where the peer has no notion of such handlers.
fn total(setup: Setup) -> Result<Option<u64>, BoxError> {
    let Some(mut contender) = setup.build() else {
        return Ok(None);
    };
    take_total();
    contender.fire(3)?;
    contender.fire(2)?;
    drop(contender);
    Ok(Some(take_total()))
}

/// What the handler of this number adds each time.
fn summand(signature: Signature, number: u64) -> u64 {
    match signature {
        Signature::Nothing => number,
        Signature::Six => (3 ^ number) + (5 ^ 7),
        _ => 3 ^ number,
    }
}

#[test]
fn all_contenders_sum_up_the_same() -> Result<(), BoxError> {
    let of_all = Signature::ALL.into_iter();
    for signature in of_all.filter(|signature| signature.plain() == *signature) {
        for handlers in [1, 8, 64] {
            let expected: u64 = (1..=handlers as u64)
                .map(|number| 5 * summand(signature, number))
                .sum();
            let of = |peer| total(Setup::of(peer).with(handlers).asking(signature));
            let totals = PEERS.iter().filter_map(|peer| of(*peer).transpose());
            let totals = totals.collect::<Result<Vec<_>, _>>()?;
            assert!(totals.len() >= 4, "{signature}: {totals:?}");
            assert!(
                totals.iter().all(|total| *total == expected),
                "{signature}, {handlers}: {totals:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn what_is_idle_does_nothing() -> Result<(), BoxError> {
    for peer in PEERS {
        let setup = Setup::of(peer).with(8);
        assert_eq!(total(setup)?, total(setup.beside(100))?, "{peer}");
    }
    Ok(())
}

#[test]
fn which_state_handlers_ask_for_changes_no_sum() -> Result<(), BoxError> {
    let only_ours = Signature::ALL.into_iter();
    for signature in only_ours.filter(|signature| signature.plain() != *signature) {
        for handlers in [1, 8, 64] {
            let of = |signature| total(Setup::of(Peer::Ours).with(handlers).asking(signature));
            assert_eq!(
                of(signature)?,
                of(signature.plain())?,
                "{signature}, {handlers}"
            );
        }
    }
    Ok(())
}
