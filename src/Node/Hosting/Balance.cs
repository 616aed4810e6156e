namespace ActorLog.Node.Hosting;

/// <summary>
/// The books set against each other: what went into each stretch of the flow and has not come out of it is in hand there.
/// In hand may be anything while records flow, must be 0 at rest, and can never be negative; what is negative is the
/// imbalance, records that came out and never went in. The accounts are read one after the other, those at the end of the
/// flow first, so that a record on its way looks in hand and not out of nowhere.
/// </summary>
internal readonly record struct Balance(long Queue, long Local, long Spooling, long Unstored, long Unsettled, long Projecting)
{
    /// <summary>Edge: records out of nowhere; anything but 0 is a fault of this program.</summary>
    public long EdgeImbalance => Lack(Queue) + Lack(Local) + Lack(Spooling) + Lack(Unstored) + Lack(Unsettled);

    /// <summary>Aggregator: lines in files that no record was handed over for.</summary>
    public long AggregatorImbalance => Lack(Projecting);

    /// <summary>Edge: received and not yet anywhere, in memory only; what a kill at this moment would lose.</summary>
    public long EdgeInHand => Queue + Local + Spooling;

    /// <summary>Reads the books.</summary>
    public static Balance Of(Ledger ledger)
    {
        var projected = ledger[LedgerAccount.Projected] + ledger[LedgerAccount.Unreadable];
        var projecting = ledger[LedgerAccount.Journaled] + ledger[LedgerAccount.Replayed] - projected;

        var settled = ledger[LedgerAccount.Settled];
        var stored = ledger[LedgerAccount.Stored];
        var lost = ledger[DropReason.SpoolLost] + ledger[DropReason.Refused];
        var full = ledger[DropReason.SpoolFull];
        var spooled = ledger[LedgerAccount.Spooled];
        var inSpool = ledger[LedgerAccount.SpoolOpening] + spooled - lost;
        var own = ledger[LedgerAccount.OwnRecords];
        var toSpool = ledger[LedgerAccount.RoutedToSpool];

        var localEnds = ledger[LedgerAccount.WrittenLocally] + ledger[DropReason.LocalFile];
        var toLocal = ledger[LedgerAccount.RoutedLocally];

        var taken = ledger[LedgerAccount.Parsed] + ledger[DropReason.Stalled];
        return new Balance(
            ledger[LedgerAccount.Received] - taken, toLocal - localEnds, toSpool + own - spooled - full, inSpool - stored,
            inSpool - settled, projecting);
    }

    private static long Lack(long inHand) => Math.Max(0, -inHand);
}
