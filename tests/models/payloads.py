"""Payloads as the vendors send them, one builder per kind of record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

Row = dict[str, Any]
SHOP = "brightcart.myshopify.com"


def google_ad_day(ad: str, micros: int | str, day: date, **figures: str) -> Row:
    """An ad's day; the ad's id determines the ad group and the campaign."""
    return {
        "customer": {"id": "1", "currencyCode": "EUR"},
        "campaign": {"id": f"c{ad[:1]}"},
        "adGroup": {"id": f"g{ad[:1]}"},
        "adGroupAd": {"ad": {"id": ad}},
        "metrics": {"costMicros": str(micros), "clicks": "1"} | figures,
        "segments": {"date": day.isoformat()},
    }


def google_campaign_day(campaign: str, channel_type: str, micros: int, day: date) -> Row:
    return {
        "customer": {"id": "1", "currencyCode": "EUR"},
        "campaign": {"id": campaign, "advertisingChannelType": channel_type},
        "metrics": {"costMicros": str(micros), "clicks": "1", "impressions": "9"},
        "segments": {"date": day.isoformat()},
    }


def google_campaign(campaign: str, name: str, status: str = "ENABLED") -> Row:
    return {
        "customer": {"id": "1"},
        "campaign": {
            "id": campaign,
            "name": name,
            "status": status,
            "advertisingChannelType": "SEARCH",
        },
        "campaignBudget": {"amountMicros": "5000000"},
    }


def google_click(gclid: str, campaign: str, ad: str, day: date) -> Row:
    return {
        "clickView": {"gclid": gclid, "adGroupAd": f"customers/1/adGroupAds/g1~{ad}"},
        "campaign": {"id": campaign},
        "adGroup": {"id": "g1"},
        "segments": {"date": day.isoformat()},
    }


def meta_ad_day(ad: str, spend: str, day: date, **fields: Any) -> Row:
    return {
        "account_id": "2",
        "campaign_id": "m1",
        "adset_id": "s1",
        "ad_id": ad,
        "account_currency": "USD",
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
        "impressions": "10",
        "spend": spend,
        "inline_link_clicks": "2",
        "clicks": "5",
    } | fields


def rate(base: str, quote: str, day: date, value: str) -> Row:
    return {
        "base": base,
        "quote": quote,
        "rate_date": day.isoformat(),
        "rate": value,
        "provider": "ECB",
        "published_at": f"{day.isoformat()}T15:00:00Z",
    }


def money(amount: str, currency: str = "USD") -> Row:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def order_line(line: int, price: str, **fields: Any) -> Row:
    defaults = {
        "id": f"gid://shopify/LineItem/{line}",
        "title": "Lamp",
        "sku": "L-1",
        "quantity": 1,
        "currentQuantity": fields.get("quantity", 1),
        "isGiftCard": False,
        "product": {"id": "gid://shopify/Product/31"},
        "variant": {"id": "gid://shopify/ProductVariant/41"},
        "originalUnitPriceSet": money(price),
        "discountAllocations": [],
        "taxLines": [],
    }
    return defaults | fields


def discount(amount: str) -> list[Row]:
    return [{"allocatedAmountSet": money(amount)}]


def tax(amount: str, rate: float | None = 0.1) -> list[Row]:
    return [{"title": "VAT", "rate": rate, "priceSet": money(amount)}]


def shipping(price: str, tax_amount: str | None = None) -> Row:
    """The shipping lines of an order: one, after its discounts."""
    line = {"discountedPriceSet": money(price), "taxLines": tax(tax_amount) if tax_amount else []}
    return {"nodes": [line]}


def refund(
    number: int,
    at: str,
    lines: Sequence[Row] = (),
    shipping: str | None = None,
    shipping_tax: str = "0.0",
    duties: Sequence[Row] = (),
) -> Row:
    back = [{"subtotalAmountSet": money(shipping or "0.0"), "taxAmountSet": money(shipping_tax)}]
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": at,
        "processedAt": at,
        "totalRefundedSet": money("0.0"),
        "refundLineItems": {"nodes": list(lines)},
        "refundShippingLines": {"nodes": back if shipping else []},
        "orderAdjustments": {"nodes": []},
        "duties": list(duties),
    }


def refund_line(line: int, subtotal: str, tax_amount: str = "0.0", quantity: int = 1) -> Row:
    return {
        "id": f"gid://shopify/RefundLineItem/{line}",
        "quantity": quantity,
        "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
        "subtotalSet": money(subtotal),
        "totalTaxSet": money(tax_amount),
    }


def visit(number: int, at: str, query: str = "", referrer: str | None = None, **utm: str) -> Row:
    page = "https://shop.example/p" + (f"?{query}" if query else "")
    return {
        "id": f"gid://shopify/CustomerVisit/{number}",
        "occurredAt": at,
        "landingPage": page,
        "referrerUrl": referrer,
        "source": "direct",
        "utmParameters": utm or None,
    }


def listed_order(number: int, at: str) -> Row:
    """An order as the listing of its day of creation has it."""
    return {"id": f"gid://shopify/Order/{number}", "createdAt": at}


def customer(number: int, updated_on: date) -> Row:
    """A customer of the new year, last changed on `updated_on`."""
    return {
        "id": f"gid://shopify/Customer/{number}",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": f"{updated_on}T00:00:00Z",
        "state": "ENABLED",
    }


def order(number: int, at: str, lines: Sequence[Row], **fields: Any) -> Row:
    """An order placed and last changed at `at`; `visits` are its journey, oldest first;
    `index` is its place among the customer's as the shop counts."""
    visits = fields.pop("visits", None)
    customer, index = fields.pop("customer", None), fields.pop("index", None)
    journey: Row | None = {"ready": fields.pop("ready", True), "customerOrderIndex": index}
    journey = journey | {"moments": {"nodes": visits or []}}
    journey = None if visits is None and index is None else journey
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": at,
        "processedAt": at,
        "updatedAt": at,
        "cancelledAt": None,
        "test": False,
        "currencyCode": "USD",
        "taxesIncluded": False,
        "email": None,
        "customer": {"id": f"gid://shopify/Customer/{customer}"} if customer else None,
        "totalPriceSet": money("0.0"),
        "totalTaxSet": money("0.0"),
        "totalShippingPriceSet": money("0.0"),
        "lineItems": {"nodes": list(lines)},
        "refunds": [],
        "customerJourneySummary": journey,
    } | fields
