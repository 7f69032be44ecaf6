"""ConvLens: look inside a convolutional network, with every number computed by PyTorch."""

__version__ = "0.1.0"
