"""The built-in media provider: pictures, video and text computed here, without network or generative models.

It corrects the light, frames the product and replaces the background. Where it is not sure of the product's outline,
the photo keeps its background rather than being cut out badly. The same brief gives the same bytes on the same kind of
machine. Only images.py, video.py and what they import need Pillow and NumPy; text.py needs neither.
"""
