"""A load of many machines: one orders and judges it, others lend it processes.

`joining` lends this machine's; `roll` has who is there, `gathered` tells others of it; `handed` is what they get,
`intake` takes their journals; `clocks` how theirs stand to this one's.
"""
