"""Hold binder/jupyterhub-values.yaml against the schema of the chart that it is for.

    python .ci/check_hub.py CHART

CHART is the folder `jupyterhub` of github.com/jupyterhub/zero-to-jupyterhub-k8s at the tag that the file
names in its first line. Needs no network and no cluster; the environment is the course's own.

As helm does, the chart's defaults are overlaid with ours and the whole is validated. Then each of our keys is
misspelt, one at a time: the schema must notice, or the check would say nothing about that key. What it passes
on unseen to JupyterHub (`hub.config`) and to the learner's server (`extraEnv`) is listed; the keys of
`hub.config` are looked up in JupyterHub itself where that is installed.
"""

import argparse
import copy
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

VALUES = Path(__file__).parents[1] / "binder" / "jupyterhub-values.yaml"
Place = tuple[str, ...]


def overlaid(below: Any, above: Any) -> Any:
    """Return two trees as helm merges them: mappings key by key, anything else replaced."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {key: overlaid(below.get(key), value) for key, value in above.items()}


def keys(tree: dict[str, Any], at: Place = ()) -> Iterator[Place]:
    """Yield the path of every key, inner ones too."""
    for key, value in tree.items():
        yield (*at, key)
        if isinstance(value, dict):
            yield from keys(value, (*at, key))


def misspelt(tree: dict[str, Any], path: Place) -> dict[str, Any]:
    """Return a copy in which one key has a letter too many."""
    changed = copy.deepcopy(tree)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1] + "x"] = place.pop(path[-1])
    return changed


def unknown_to_jupyterhub(config: dict[str, dict[str, Any]]) -> list[str]:
    """Return what `hub.config` sets and no class of JupyterHub knows; KubeSpawner is a Spawner."""
    from jupyterhub.app import JupyterHub
    from jupyterhub.auth import Authenticator
    from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
    from jupyterhub.spawner import Spawner

    classes = {"KubeSpawner": Spawner} | {
        known.__name__: known for known in (JupyterHub, Authenticator, SharedPasswordAuthenticator, Spawner)
    }
    return [
        f"hub.config.{name}.{trait}"
        for name, traits in config.items()
        for trait in traits
        if name not in classes or not classes[name].class_traits(config=True).get(trait)
    ]


def main() -> int:
    """Check, and say what was checked."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    arguments.add_argument("chart", type=Path)
    chart = arguments.parse_args().chart
    ours = yaml.safe_load(VALUES.read_text("utf-8"))
    defaults = yaml.safe_load((chart / "values.yaml").read_text("utf-8"))
    validator = Draft7Validator(yaml.safe_load((chart / "values.schema.yaml").read_text("utf-8")))
    wrong = [
        f"{'.'.join(map(str, error.path))}: {error.message}"
        for error in validator.iter_errors(overlaid(defaults, ours))
    ]
    every = list(keys(ours))
    unseen = [path for path in every if validator.is_valid(overlaid(defaults, misspelt(ours, path)))]
    passed_on = [path for path in unseen if path[:2] in (("hub", "config"), ("singleuser", "extraEnv"))]
    wrong += [
        f"The schema would not notice {'.'.join(path)} misspelt." for path in unseen if path not in passed_on
    ]
    print(f"{len(every)} keys; misspelt, the schema refuses {len(every) - len(unseen)} of them.")
    print(f"Passed on unseen: {', '.join('.'.join(path) for path in passed_on)}.")
    if importlib.util.find_spec("jupyterhub"):
        wrong += [
            f"JupyterHub does not know {name}." for name in unknown_to_jupyterhub(ours["hub"]["config"])
        ]
    else:
        print("JupyterHub is not installed here, so what is in hub.config was not looked up.")
    print("\n".join(wrong) or "All is as the chart wants it.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
