"""Load: partners' traffic at a rate, and what the receiver kept of it.

Start reading at `planned`: what is sent and when, each worker its own share of it. Sending itself is done by
`loadtests/`, in processes of their own; they write journals, which are put together and judged here.
"""
