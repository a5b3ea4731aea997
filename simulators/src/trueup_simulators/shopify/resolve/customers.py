"""Customers, their contacts and their addresses."""

from trueup_simulators.shopify.resolve.getters import Table, ids, values
from trueup_simulators.shopify.resolve.sources import Place, instant

_ADDRESS: Table = values(
    id=lambda s: f"gid://shopify/MailingAddress/{s.owner}",
    firstName=lambda s: s.address.first_name,
    lastName=lambda s: s.address.last_name,
    name=lambda s: f"{s.address.first_name} {s.address.last_name}",
    address1=lambda s: s.address.address1,
    address2=lambda s: s.address.address2,
    city=lambda s: s.address.city,
    company=lambda _s: None,
    provinceCode=lambda s: s.address.province_code,
    zip=lambda s: s.address.zip,
    countryCodeV2=lambda s: s.address.country_code,
    phone=lambda s: s.address.phone,
)

_CUSTOMER: Table = ids("Customer", lambda c: c.id) | values(
    firstName=lambda c: c.first_name,
    lastName=lambda c: c.last_name,
    displayName=lambda c: f"{c.first_name} {c.last_name}",
    note=lambda c: c.note,
    state=lambda _c: "DISABLED",
    createdAt=lambda c: instant(c.created_at),
    updatedAt=lambda c: instant(c.updated_at),
    numberOfOrders=lambda c: str(c.number_of_orders),
    defaultEmailAddress=lambda c: c if c.email else None,
    defaultPhoneNumber=lambda c: c if c.phone else None,
    defaultAddress=lambda c: Place(c.default_address, f"{c.id}?model_name=CustomerAddress"),
)

OBJECTS: dict[str, Table] = {
    "MailingAddress": _ADDRESS,
    "Customer": _CUSTOMER,
    "CustomerEmailAddress": values(
        emailAddress=lambda c: c.email,
        marketingState=lambda c: "SUBSCRIBED" if c.accepts_marketing else "NOT_SUBSCRIBED",
    ),
    "CustomerPhoneNumber": values(phoneNumber=lambda c: c.phone),
}
