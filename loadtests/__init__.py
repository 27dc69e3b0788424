"""Load tests on Locust. Each process is patched by gevent: what is here imports the package, and never the reverse."""
