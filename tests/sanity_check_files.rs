//! What a sanity check does to files: it finds those that cannot be written, and leaves all of them as they are.

mod support {
    pub(crate) mod momentum;
}

use callbacks::prelude::*;
use callbacks::shelf::{SanityCheck, SanityPart, SaveState};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use support::momentum::{Momentum, train, valid};

/// A folder of one test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("callbacks-sanity-{}-{nth}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap().flatten();
        let mut names: Vec<String> = files
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn trainer() -> Trainer<Momentum> {
    Trainer::new(Momentum::new()).epochs(2).valid(valid())
}

fn save(path: PathBuf, period: Period) -> SaveState<Momentum> {
    SaveState::to_file(period, move |_| path.clone())
}

#[test]
fn a_checkpoint_is_tried_whatever_its_period_and_the_old_one_stays() {
    let folder = Folder::new();
    let path = folder.0.join("learner");
    fs::write(&path, "old").unwrap();
    let mut trainer = trainer().callback(save(path.clone(), Period::epochs(1)));
    SanityCheck::by_saving().run(&mut trainer, train()).unwrap();
    assert_eq!(
        (folder.names(), fs::read(&path).unwrap()),
        (vec!["learner".to_owned()], b"old".to_vec())
    );
    assert!(trainer.fit(train()).unwrap().outcome.is_finished());
    assert_eq!(fs::read(&path).unwrap().len(), 32);
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_found() {
    let folder = Folder::new();
    let missing = folder.0.join("missing").join("learner");
    for path in [missing, folder.0.clone()] {
        let mut trainer = trainer().callback(save(path, Period::epochs(1000)));
        let error = SanityCheck::by_saving()
            .run(&mut trainer, train())
            .unwrap_err();
        assert!(
            matches!(error.part(), Some(SanityPart::Callback { name, .. }) if name == "SaveState"),
            "{error}"
        );
        assert_eq!(trainer.learner().bits(), Momentum::new().bits());
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_function_that_saves_is_called_in_the_fit_alone() {
    let (saved, received) = std::sync::mpsc::channel();
    let send = move |_: &Momentum, round: callbacks::Round| Ok(saved.send(round.number())?);
    let mut trainer = trainer().callback(SaveState::new(Period::epochs(1), send));
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(received.try_iter().count(), 0);
    assert!(trainer.fit(train()).unwrap().outcome.is_finished());
    assert_eq!(received.try_iter().collect::<Vec<_>>(), [1, 2]);
}

#[cfg(any(feature = "csv", feature = "json"))]
mod lines {
    use super::{Momentum, SanityCheck, SanityPart, train, trainer};
    use callbacks::prelude::*;
    use std::fs;
    use std::io::{self, Write};
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    /// A file that can be closed.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<(Vec<u8>, bool)>>);

    impl Page {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap()
        }

        fn close(&self) {
            self.0.lock().unwrap().1 = true;
        }
    }

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut page = self.0.lock().unwrap();
            if page.1 {
                return Err(io::Error::other("the file is closed"));
            }
            page.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A logger's check leaves the file as it is, and finds a file that is closed and a row with a wrong value.
    fn check_logger<C: Callback<Fit> + Send>(make: fn(Page) -> C) {
        let (page, expected) = (Page::default(), Page::default());
        assert!(
            trainer()
                .callback(make(expected.clone()))
                .fit(train())
                .unwrap()
                .outcome
                .is_finished()
        );
        let mut trainer = trainer().callback(make(page.clone()));
        SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
        assert_eq!(page.text(), "");
        assert!(trainer.fit(train()).unwrap().outcome.is_finished());
        assert_eq!(page.text(), expected.text());
        assert!(!page.text().is_empty());
        *trainer.learner() = Momentum::new();
        SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
        assert_eq!(page.text(), expected.text());

        page.close();
        let error = SanityCheck::by_clone()
            .run(&mut trainer, train())
            .unwrap_err();
        assert!(
            matches!(
                error.part(),
                Some(SanityPart::Callback {
                    at: "on_epoch_end",
                    ..
                })
            ),
            "{error}"
        );
        assert!(error.to_string().ends_with("the file is closed"), "{error}");
        let mut clash = super::trainer()
            .on(Fit::on_train_end, |record: &mut Record| {
                record.set("epoch", 1);
            })
            .callback(make(Page::default()));
        let error = SanityCheck::by_clone()
            .run(&mut clash, train())
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`epoch` is the column of the epoch's number"),
            "{error}"
        );
    }

    /// A check creates no file at the path, leaves an old one as it is, and finds one that cannot be written.
    fn check_path<C: Callback<Fit> + Send>(make: fn(PathBuf) -> C) {
        let folder = super::Folder::new();
        let check = |path: PathBuf| {
            let mut trainer = trainer().callback(make(path));
            SanityCheck::by_clone().run(&mut trainer, train())
        };
        let path = folder.0.join("metrics");
        check(path.clone()).unwrap();
        assert_eq!(folder.names(), Vec::<String>::new());
        fs::write(&path, "precious").unwrap();
        check(path.clone()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        for (path, text) in [
            (folder.0.clone(), "is a folder, and only a file can go back"),
            (path.join("metrics"), "metrics: "),
        ] {
            let error = check(path).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        assert_eq!(folder.names(), ["metrics"]);
    }

    #[cfg(feature = "csv")]
    #[test]
    fn a_table_at_a_path_is_as_before() {
        check_path(callbacks::shelf::Csv::to_file);
    }

    #[cfg(feature = "json")]
    #[test]
    fn lines_of_json_at_a_path_are_as_before() {
        check_path(callbacks::shelf::JsonLines::to_file);
    }

    #[cfg(feature = "csv")]
    #[test]
    fn a_table_is_as_before() {
        check_logger(callbacks::shelf::Csv::new);
    }

    #[cfg(feature = "json")]
    #[test]
    fn lines_of_json_are_as_before() {
        check_logger(callbacks::shelf::JsonLines::new);
    }
}

#[cfg(feature = "tensorboard")]
#[test]
fn tensorboard_has_no_file_of_a_check() {
    use callbacks::shelf::TensorBoard;

    let folder = Folder::new();
    let mut trainer = trainer().callback(TensorBoard::new(&folder.0).batch_loss(1));
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(folder.names(), Vec::<String>::new());
    assert!(trainer.fit(train()).unwrap().outcome.is_finished());
    assert_eq!(folder.names().len(), 1);

    let file = folder.0.join("file");
    fs::write(&file, "").unwrap();
    let mut trainer = Trainer::new(Momentum::new()).callback(TensorBoard::new(file));
    let error = SanityCheck::by_clone()
        .run(&mut trainer, train())
        .unwrap_err();
    assert!(
        matches!(error.part(), Some(SanityPart::Callback { name, .. }) if name == "TensorBoard"),
        "{error}"
    );
}
