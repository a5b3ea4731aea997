"""Every known type of source, by name. Connectors are imported only when they are used."""

from dataclasses import dataclass

from trueup.errors import ConfigError, known_names


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceType:
    """Paths of a connector's parts, as `module:name`.

    `config` is a pydantic model of its settings, `create` takes such settings and a
    SourceContext and returns a Source, `streams` is the tuple of its streams.
    """

    config: str
    create: str
    streams: str


REGISTRY: dict[str, SourceType] = {
    "google_ads": SourceType(
        config="trueup.sources.google_ads:GoogleAdsConfig",
        create="trueup.sources.google_ads:create",
        streams="trueup.sources.google_ads.streams:STREAMS",
    ),
    "meta_ads": SourceType(
        config="trueup.sources.meta_ads:MetaAdsConfig",
        create="trueup.sources.meta_ads:create",
        streams="trueup.sources.meta_ads.streams:STREAMS",
    ),
    "shopify": SourceType(
        config="trueup.sources.shopify:ShopifyConfig",
        create="trueup.sources.shopify:create",
        streams="trueup.sources.shopify.streams:STREAMS",
    ),
    "fx": SourceType(
        config="trueup.sources.fx:FxConfig",
        create="trueup.sources.fx:create",
        streams="trueup.sources.fx:STREAMS",
    ),
}


def source_type(name: str) -> SourceType:
    """The type of source called `name`; raises ConfigError that lists the known ones."""
    if name in REGISTRY:
        return REGISTRY[name]
    raise ConfigError(
        f"no source type named {name!r}",
        hint=known_names(name, REGISTRY, "types"),
        code="TUP-325",
    )
