"""Events: the moments that a streaming detector should react to, and how they are found."""
