"""Reads the latest checkpoint of a directory, checks its bytes, and prints what it has as JSON.

    python read.py DIRECTORY

Needs `pip install safetensors numpy`. `.ci/checkpoint_python` runs it on a checkpoint of the tests.
"""

import json
import pathlib
import sys
import zlib

from safetensors.numpy import load_file


def main():
    directory = pathlib.Path(sys.argv[1])
    folder = directory / (directory / "latest").read_text().strip()
    content = (folder / "manifest.json").read_bytes()
    manifest = json.loads(content)
    assert zlib.crc32(content.split(b"\n", 2)[2]) == int(manifest["crc32"], 16)
    assert (manifest["format"], manifest["version"]) == ("callbacks checkpoint", 1)
    for name, file in manifest["files"].items():
        file_content = (folder / name).read_bytes()
        assert len(file_content) == file["size"]
        assert zlib.crc32(file_content) == int(file["crc32"], 16)
    tensors = load_file(folder / "tensors.safetensors")
    found = {name: [str(each.dtype), list(each.shape), each.tobytes().hex()] for name, each in tensors.items()}
    print(json.dumps({"manifest": manifest, "tensors": found}))


main()
