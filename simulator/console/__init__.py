"""The partners' consoles, alive: what a customer sets up there, exports that run by themselves, and what was sent.

Everything here happens on one thread, the desk's (`desk.py`): the modules wait for no one and lock nothing. HTTP is not
spoken here; `simulator.web` does.
"""
