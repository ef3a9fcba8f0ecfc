"""Reads event files of runs that were killed and continued with TensorBoard's own readers: they show each point once, as of a run that was
never cut. A reader that runs while a file is cut back and continued shows the same.

    cargo test -p callbacks-tests --features tensorboard --test persist_sinks_tensorboard
    python3 -m venv venv
    venv/bin/pip install tensorboard==2.21.0
    venv/bin/python tests/peers/tensorboard/check.py target/tmp/tensorboard
"""

import os
import shutil
import sys
import tempfile
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util


def points(accumulator):
    """The points of each tag, as text, since NaN is not NaN."""
    accumulator.Reload()
    shown = {}
    for tag in accumulator.Tags()["scalars"]:
        shown[tag] = [(event.step, repr(event.value)) for event in accumulator.Scalars(tag)]
    for tag in accumulator.Tags()["tensors"]:
        shown[tag] = [(event.step, event.tensor_proto.SerializeToString()) for event in accumulator.Tensors(tag)]
    return shown


def open_folder(folder):
    return EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})


def only_file(folder):
    (name,) = os.listdir(folder)
    return os.path.join(folder, name)


def continue_file(live, resumed):
    """Cuts the file that a reader has open back to what both have in common, and appends the rest."""
    with open(resumed, "rb") as file:
        new = file.read()
    with open(live, "r+b") as file:
        common = len(os.path.commonprefix([file.read(), new]))
        file.truncate(common)
        file.seek(common)
        file.write(new[common:])


def server(folder):
    """Starts the server that `tensorboard` starts."""
    ingester = server_ingester.SubprocessServerDataIngester(
        server_ingester.get_server_binary(),
        folder,
        reload_interval=1,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin={"scalars": 0},
    )
    ingester.start()
    return ingester


def served(ingester):
    """The points of each run and tag, as the server shows them."""
    of_runs = ingester.data_provider.read_scalars(
        RequestContext(), experiment_id="", plugin_name="scalars", downsample=10000
    )
    return {
        run: {tag: [(point.step, repr(point.value)) for point in series] for tag, series in tags.items()}
        for run, tags in of_runs.items()
    }


def wait_for(ingester, is_done):
    """Waits until the server shows what is expected. Returns what it shows at last."""
    for _ in range(40):
        shown = served(ingester)
        if is_done(shown):
            break
        time.sleep(0.25)
    return shown


def check(what, found, expected):
    assert found == expected, f"{what}:\n{found}\nis not\n{expected}"


def scalars(shown):
    return {tag: series for tag, series in shown.items() if tag != "hyperparameters"}


def main(root):
    whole = points(open_folder(os.path.join(root, "whole")))
    assert len(whole) >= 8 and all(whole.values())
    runs = sorted(name for name in os.listdir(root) if name.startswith("cut"))
    with tempfile.TemporaryDirectory() as live:
        readers, killed = {}, {}
        for run in runs:
            check(run, points(open_folder(os.path.join(root, run, "resumed"))), whole)
            shutil.copytree(os.path.join(root, run, "killed"), os.path.join(live, run))
            readers[run] = open_folder(os.path.join(live, run))
            killed[run] = scalars(points(readers[run]))
        ingester = server(live)
        check("the server before", wait_for(ingester, lambda shown: shown == killed), killed)
        for run in runs:
            continue_file(only_file(os.path.join(live, run)), only_file(os.path.join(root, run, "resumed")))
            check(f"{run}, by a reader that runs", points(readers[run]), whole)
        expected = {run: scalars(whole) for run in runs}
        check("the server that runs", wait_for(ingester, lambda shown: shown == expected), expected)
    print(f"{len(runs)} runs were read: no point is shown twice, and none is missing")


if __name__ == "__main__":
    main(sys.argv[1])
