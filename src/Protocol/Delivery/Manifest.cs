namespace ActorLog.Protocol.Delivery;

/// <summary>Names of formats with a version: "part-stored/1".</summary>
internal static class Manifest
{
    /// <summary>Tells a newer version of a known kind from a kind that was never heard of.</summary>
    public static CodecError Check(string manifest, IReadOnlyList<string> known)
    {
        if (known.Contains(manifest))
        {
            return default;
        }

        var kind = KindOf(manifest);
        var same = known.FirstOrDefault(k => KindOf(k) == kind);
        return same is null
            ? new(CodecErrorKind.UnknownManifest, $"'{manifest}' is not known")
            : new(CodecErrorKind.UnknownVersion, $"'{manifest}' was written by another version; this one reads '{same}'");
    }

    private static string KindOf(string manifest)
    {
        var slash = manifest.LastIndexOf('/');
        return slash < 0 ? manifest : manifest[..slash];
    }
}
