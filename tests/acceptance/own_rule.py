"""A rule of one's own, as a file: its name, level and the status that it wants are to be filled in."""

OWN = """\
rule: {name}
level: {level}
sentence: An alert is answered with {status}
source: "house rule: ours"
why: Because we say so.
broken: By another answer.
mend: Answer as we say.
played:
  clevertap:
    clock: {{scale: instant}}
    exports:
      one: {{frequency: one time, emits: [completed]}}
    expect:
      each: {{status: {status}}}
"""
