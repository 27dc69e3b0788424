"""The HTTP of `partnersim serve`: who may ask, what a request is to be, and one function for each operation.

Start reading at `schemas/api/openapi.yaml` (what is served), then `app.py` (how it comes to be), then `guard.py` (who
is let in); `consoles.py` lists the partners' consoles. Flask is imported when `simulator.web.app` is, not before.
"""
