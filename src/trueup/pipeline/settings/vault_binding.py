"""A lake and its vault belong together: neither is ever used with another one, or made anew."""

from pathlib import Path

from trueup.errors import IntegrityError
from trueup.lake.layout import MARKER, holds_batches, note_vault, noted_vault
from trueup.pipeline.settings.environment import ACCEPT_VAULT_VARIABLE
from trueup.privacy.vault import Vault, load_or_create_master_key

VAULT_FILE = "vault.sqlite"
KEY_FILE = "master.key"


def open_vault(folder: Path, lake: Path, master_key: bytes | None) -> Vault:
    """The vault of `lake`; it and its key are made only where no lake can need older ones.

    Raises IntegrityError when the vault or its key is gone, or when the lake has another vault.
    """
    require_matching_vault(folder, lake, master_key)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = master_key or load_or_create_master_key(folder / KEY_FILE)
    vault = Vault.open(folder / VAULT_FILE, key)
    noted = noted_vault(lake)
    if noted and noted != vault.vault_id:
        vault.close()
        raise _another(folder, lake)
    return vault


def bind_vault(vault: Vault, folder: Path, lake: Path) -> None:
    """Note in the lake that its tokens are of `vault`; raises IntegrityError if of another."""
    if note_vault(lake, vault.vault_id) != vault.vault_id:
        raise _another(folder, lake)


def require_newest_vault(vault: Vault, file: Path, known: int, accepted: int | None) -> None:
    """Raises IntegrityError when the lake holds tokens of a later generation than the vault's.

    `known` is the newest generation that the lake names. The vault commits before the lake does,
    so only an older copy of the vault can be behind. With `accepted`, its generation, it is used.
    """
    found = vault.generation
    if found >= known:
        return
    if found == accepted:
        vault.raise_generation(known + 1)
        return
    raise IntegrityError(
        f"vault {file}: an older copy, of generation {found}; the lake holds tokens of "
        f"generation {known}",
        why="People seen since that copy would get second tokens and count twice, and their first "
        "tokens could be neither shown nor erased. Nothing was read or written.",
        hint=f"Restore the newest copy of {file.name}. If newer ones are lost for good, choose: "
        f"move {file.parent.parent} away and run anew, so that everything is read again under new "
        f"tokens; or accept the loss once: {ACCEPT_VAULT_VARIABLE}={found} trueup run",
        code="TUP-731",
    )


def require_matching_vault(folder: Path, lake: Path, master_key: bytes | None) -> None:
    """Raises IntegrityError when the lake's vault or the vault's key is not there."""
    # Asked first: another process may be making lake and vault, and the vault comes first.
    noted, has_batches = noted_vault(lake), holds_batches(lake)
    file, key_file = folder / VAULT_FILE, folder / KEY_FILE
    if not (file.exists() and file.stat().st_size):
        if noted or has_batches:
            raise _gone(file, lake, has_batches=has_batches)
    elif master_key is None and not key_file.exists():
        raise IntegrityError(
            f"vault {file}: its key file {KEY_FILE} is gone",
            why="A new key could not read what is in there, so nothing may be written.",
            hint="Restore the key file from your backup, or set TRUEUP_MASTER_KEY.",
            code="TUP-710",
        )


def _gone(file: Path, lake: Path, *, has_batches: bool) -> IntegrityError:
    hint = (
        f"Restore {VAULT_FILE} and {KEY_FILE} from your backup. If they are lost for good, move "
        f"{file.parent.parent} away and run anew: everything is read again under new tokens. "
        "Workspaces that share a lake must share its vault."
    )
    return IntegrityError(
        f"vault {file}: gone, and lake {lake} holds its tokens",
        why=_WHY,
        hint=hint if has_batches else f"Nothing has landed yet: delete {lake / MARKER}.",
        code="TUP-718",
    )


def _another(folder: Path, lake: Path) -> IntegrityError:
    return IntegrityError(
        f"vault {folder / VAULT_FILE}: not the one whose tokens lake {lake} holds",
        why=_WHY,
        hint=f"Restore the lake's own {VAULT_FILE} and {KEY_FILE} to {folder}; workspaces that "
        "share a lake must share its vault.",
        code="TUP-719",
    )


_WHY = (
    "Another vault gives other tokens to the same people: they would count twice, and what is in "
    "the lake could be neither shown nor erased. Nothing was read, nothing was made."
)
