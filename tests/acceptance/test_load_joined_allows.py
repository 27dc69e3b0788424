"""Who joins a load sends to no public host but those that its own user names, whatever the other machine allows."""

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.acceptance.conftest import until
from tests.acceptance.test_load_joined import gathered

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.xdist_group("load"),
]
NOTHING_IS_NEAR = """
import os

for name in [one for one in os.environ if one.startswith("COVERAGE_")]:
    del os.environ[name]

from simulator.wire import addresses

addresses._NEAR_4 = ()
"""


def far_from_everything(folder: Path) -> Mapping[str, str]:
    """The environment of a machine for which this one's loopback is public."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NOTHING_IS_NEAR)
    root = str(Path(__file__).resolve().parents[2])
    return {"PYTHONPATH": os.pathsep.join([str(folder), root])}


def test_who_joins_sends_to_no_public_host_that_its_own_user_does_not_name(tmp_path: Path) -> None:
    with gathered(tmp_path) as machines:
        env = {**machines.told, **far_from_everything(tmp_path / "far")}
        judge = machines.judge("--for", "1s", "--expect-workers", "1", "--allow-target", "127.0.0.1", "--json")
        refused = machines.joiner(env=env)
        assert refused.ended()[0] == 4, refused.said
        why = (
            f"{env['SAMPLE_URL']} is refused where it was joined: 127.0.0.1 is public: "
            "name the host with --allow-target if it is meant"
        )
        assert f"\npartnersim: {why}\n" in refused.said
        assert f"  partnersim load --join {machines.address} --allow-target 127.0.0.1 …\n" in refused.said
        until(lambda: f"a worker from elsewhere left: {why}" in judge.said)
        allowing = machines.joiner("--allow-target", "127.0.0.1", env=env)
        code, told = judge.ended()
        assert code == 0, told + judge.said
        assert allowing.ended()[0] == 0, allowing.said
        assert [one["sent"] > 0 for one in json.loads(told)["load"]["shares"]] == [True, True]
