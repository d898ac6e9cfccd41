"""The embedded media provider: pictures, video and text made on the spot, without network or models.

What can be judged by measure alone is done (light, framing, backdrop); where the measures are unsure, the seller's
photo is left whole rather than cut out badly. The same brief gives the same bytes on the same kind of machine.
Only pictures.py, cards.py, film.py and what they import need Pillow and NumPy; text.py needs neither.
"""
