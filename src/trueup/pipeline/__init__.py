"""The only place that wires things, reads settings, the environment and the clock."""

from trueup.core.time_zones import pin_time_zones

pin_time_zones()  # before any day is computed, whichever part of the pipeline comes first
