"""The engine in plain Python, and faster bodies of the reference's heavy functions.

What csrc/simd/ is to csrc/, this room is to purenn/reference/: the same bits in less time. It takes
one sample at a time, as a list of pairs (k, x[k]) from which zeros are left out, and keeps all sums
of a layer, or as many as Python has quick variables for, under way at once. It computes with finite
numbers alone; whatever else may come, the reference computes.

All but engine.py imports nothing beyond `math` and the reference, and runs on MicroPython where
this folder lies beside reference/.
"""
