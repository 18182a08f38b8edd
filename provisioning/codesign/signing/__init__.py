"""The signer: new signatures, seals and the archive that carries them."""
