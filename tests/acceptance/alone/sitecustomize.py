"""Of a command that coverage measures: what it starts is not. Python imports it, by this name, at its start."""

import os

if __name__ == "sitecustomize":  # else somebody looks for tests in here
    for name in [one for one in os.environ if one.startswith("COVERAGE_")]:
        del os.environ[name]
