using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Storage;

/// <summary>Whether the content of a row is what was written.</summary>
internal static class DatabaseRows
{
    /// <summary>Looks at a row of the journal table; null when it is sound, else what is wrong.</summary>
    /// <exception cref="StartFaultException">A newer program wrote it: nothing is done to what cannot be read.</exception>
    public static string? FaultOf(string? manifest, byte[] message)
    {
        if (manifest is null || manifest == ActorLogSerializer.BlockManifest)
        {
            return BlockFault(message);
        }

        RefuseNewer(manifest);

        if (JournalCodec.TryRead(manifest, message, out var e, out var error))
        {
            return e is PartStored part ? BlockFault(part.Block.Span) : null;
        }

        return error.Text;
    }

    /// <summary>Whether a row of the journal table is one of an event, or of a block in a spool.</summary>
    /// <exception cref="StartFaultException">A newer program wrote it.</exception>
    public static bool IsOurs(DatabaseKind kind, string? manifest)
    {
        RefuseNewer(manifest);
        return kind == DatabaseKind.Journal
            ? manifest is not null && JournalCodec.Manifests.Contains(manifest)
            : manifest == ActorLogSerializer.BlockManifest;
    }

    /// <summary>Looks at a snapshot.</summary>
    /// <exception cref="StartFaultException">A newer program wrote it.</exception>
    public static string? SnapshotFault(string? manifest, byte[] bytes) =>
        JournalCodec.TryReadSnapshot(manifest ?? string.Empty, bytes, out _, out var error) ? null
            : error.Kind == CodecErrorKind.UnknownVersion ? throw Newer(error.Text) : error.Text;

    /// <summary>Whether the bytes of a block are those that were written; what it means is for others to judge.</summary>
    public static string? BlockFault(ReadOnlySpan<byte> block) =>
        !BlockReader.TryCheck(block, BlockLimits.Default, out _, out var error)
        && error.Kind is BlockErrorKind.BadLength or BlockErrorKind.BadMagic or BlockErrorKind.BadHeaderChecksum or BlockErrorKind.BadChecksum
            ? error.ToString() : null;

    private static void RefuseNewer(string? manifest)
    {
        if (manifest is not null && ActorLogSerializer.CheckStored(manifest) is { Kind: CodecErrorKind.UnknownVersion } newer)
        {
            throw Newer(newer.Text);
        }
    }

    private static StartFaultException Newer(string what) => new(
        what, "Run the version that wrote it, or a newer one; nothing was changed.");
}
