"""From what networks give to corners, without torch or any OpenMMLab package.

Codecs and heads decode by these functions, and so does who runs an exported network.
"""
