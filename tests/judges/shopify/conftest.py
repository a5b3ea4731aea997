"""Without the vendor's schema there is nothing to judge by: the session says so at its end."""

from tests.judges.shopify import judge

collect_ignore = [] if judge.available() else ["test_shopify_judge.py"]
