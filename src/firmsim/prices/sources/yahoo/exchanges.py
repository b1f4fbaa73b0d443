"""Trading calendars of exchanges, by Yahoo's names of the exchanges.

Calendars have the names of the package exchange_calendars, mostly ISO 10383 codes (XNYS, XTKS).
Exchanges of one country that open on the same days share one. Exchanges without a calendar in the
package are left out (Cairo, Doha, ...), and so are those whose calendar it fails to build (Athens,
Bucharest, Tel Aviv).
"""

from __future__ import annotations

import re

from firmsim.prices.sessions import NEW_YORK

SUFFIXES = {
    "AS": "XAMS",
    "AX": "XASX",
    "BA": "XBUE",
    "BD": "XBUD",
    "BE": "XFRA",
    "BK": "XBKK",
    "BM": "XFRA",
    "BO": "XBOM",
    "BR": "XBRU",
    "CL": "XBOG",
    "CN": "XTSE",
    "CO": "XCSE",
    "DE": "XETR",
    "DU": "XDUS",
    "F": "XFRA",
    "HA": "XFRA",
    "HE": "XHEL",
    "HK": "XHKG",
    "HM": "XHAM",
    "IC": "XICE",
    "IL": "XLON",
    "IR": "XDUB",
    "IS": "XIST",
    "JK": "XIDX",
    "JO": "XJSE",
    "KL": "XKLS",
    "KQ": "XKRX",
    "KS": "XKRX",
    "L": "XLON",
    "LS": "XLIS",
    "MC": "XMAD",
    "ME": "XMOS",
    "MI": "XMIL",
    "MU": "XFRA",
    "MX": "XMEX",
    "NE": "XTSE",
    "NS": "XBOM",
    "NZ": "XNZE",
    "OL": "XOSL",
    "PA": "XPAR",
    "PR": "XPRA",
    "PS": "XPHS",
    "RG": "XRIS",
    "SA": "BVMF",
    "SG": "XSTU",
    "SI": "XSES",
    "SN": "XSGO",
    "SR": "XSAU",
    "SS": "XSHG",
    "ST": "XSTO",
    "SW": "XSWX",
    "SZ": "XSHG",
    "T": "XTKS",
    "TL": "XTAL",
    "TO": "XTSE",
    "TW": "XTAI",
    "TWO": "XTAI",
    "V": "XTSE",
    "VI": "XWBO",
    "VS": "XLIT",
    "WA": "XWAR",
}
"""Suffix after the last dot of a symbol -> calendar."""

CODES = {
    NEW_YORK: "ASE BTS CXI NAE NAS NCM NGM NMS NYQ OEM OQB OQX PCX PNK",
    "BVMF": "SAO",
    "XAMS": "AMS",
    "XASX": "ASX CXA",
    "XBKK": "SET",
    "XBOG": "BVC",
    "XBOM": "BSE NSI",
    "XBRU": "BRU",
    "XBUD": "BUD",
    "XBUE": "BUE",
    "XCSE": "CPH",
    "XDUB": "ISE",
    "XDUS": "DUS",
    "XETR": "GER",
    "XFRA": "BER FRA HAN MUN",
    "XHAM": "HAM",
    "XHEL": "HEL",
    "XHKG": "HKG",
    "XICE": "ICE",
    "XIDX": "JKT",
    "XIST": "IST",
    "XJSE": "JNB",
    "XKAR": "KAR",
    "XKLS": "KLS",
    "XKRX": "KOE KSC",
    "XLIS": "LIS",
    "XLIT": "LIT",
    "XLON": "AQS CXE IOB LSE",
    "XMAD": "MAD MCE",
    "XMEX": "MEX",
    "XMIL": "MIL TLO",
    "XMOS": "MCX",
    "XNZE": "NZE",
    "XOSL": "OSL",
    "XPAR": "ENX PAR",
    "XPHS": "PHP PHS",
    "XPRA": "PRA",
    "XRIS": "RIS",
    "XSAU": "SAU",
    "XSES": "SES",
    "XSGO": "SGO",
    "XSHG": "SHH SHZ",
    "XSTO": "STO",
    "XSTU": "STU",
    "XSWX": "EBS",
    "XTAI": "TAI TWO",
    "XTAL": "TAL",
    "XTKS": "FKA JPX OSA SAP",
    "XTSE": "CNQ NEO TOR VAN",
    "XWAR": "WSE",
    "XWBO": "VIE",
}
"""Calendar -> Yahoo's codes of its exchanges."""

_BY_CODE = {code: calendar for calendar, codes in CODES.items() for code in codes.split()}

NO_SHARE = re.compile(r"\^.*|.*=.*|.*-[A-Z]{3}")
"""Symbols of indices, currencies, futures and coins (``^GSPC``, ``EURUSD=X``, ``BTC-USD``)."""


def calendar_of(symbol: str, exchange: str = "") -> str:
    """Calendar of the exchange on which a share is listed.

    Parameters
    ----------
    symbol : str
        Yahoo's symbol. The suffix after the last dot names the exchange; without a dot it is an
        American share.
    exchange : str
        Yahoo's code of the exchange (``NMS``, ``JPX``, ...), if it is known; a suffix takes
        precedence.

    Returns
    -------
    str
        Name of a calendar; "" when it is unknown, or the symbol is no share.

    Examples
    --------
    >>> calendar_of("AAPL"), calendar_of("7203.T"), calendar_of("AAPL", "GER"), calendar_of("^GSPC")
    ('XNYS', 'XTKS', 'XETR', '')
    """
    _, dot, suffix = symbol.rpartition(".")
    if dot and suffix.upper() in SUFFIXES:
        return SUFFIXES[suffix.upper()]
    if exchange in _BY_CODE:
        return _BY_CODE[exchange]
    return "" if dot or NO_SHARE.fullmatch(symbol) else NEW_YORK
