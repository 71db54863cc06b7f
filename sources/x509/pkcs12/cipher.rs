//! Decryption with the ciphers of PKCS #12 stores: AES today, triple DES and RC2 in those of older tools.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit};
use des::TdesEde3;
use rc2::Rc2;

/// A cipher in CBC mode, by the length of its key in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes(usize),
    TripleDes,
    Rc2(usize),
}

impl Cipher {
    /// Bytes of its key.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Aes(length) | Self::Rc2(length) => length,
            Self::TripleDes => 24,
        }
    }

    /// What stands in the text, or none if key, lengths or padding do not fit.
    pub(super) fn decrypt(self, text: &[u8], key: &[u8], initial_value: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes(_) => aes(text, key, initial_value),
            Self::TripleDes => legacy::<TdesEde3>(text, key, initial_value),
            Self::Rc2(_) => legacy::<Rc2>(text, key, initial_value),
        }
    }
}

fn aes(text: &[u8], key: &[u8], initial_value: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return None,
    };
    let initial_value: [u8; 16] = initial_value.try_into().ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let mut text = text.to_vec();
    let context = DecryptionContext::Iv128(FixedLength::from(initial_value));
    key.decrypt(&mut text, context).ok().map(|plain| plain.to_vec())
}

fn legacy<C: KeyInit + BlockCipherDecrypt>(text: &[u8], key: &[u8], initial_value: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let mode = cbc::Decryptor::inner_iv_slice_init(cipher, initial_value).ok()?;
    mode.decrypt_padded_vec::<Pkcs7>(text).ok()
}
