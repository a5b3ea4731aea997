"""Streamlit pages over the published schema."""
