namespace ActorLog.Protocol.Delivery;

/// <summary>Names of formats with a version: "part-stored/1".</summary>
public static class Manifest
{
    /// <summary>Tells a newer version of a known kind from a kind that was never heard of.</summary>
    public static CodecError Check(string manifest, IReadOnlyList<string> known)
    {
        if (known.Contains(manifest))
        {
            return default;
        }

        var same = known.FirstOrDefault(k => IsSameKind(k, manifest));
        return same is null
            ? new(CodecErrorKind.UnknownManifest, $"'{manifest}' is not known")
            : new(CodecErrorKind.UnknownVersion,
                $"'{manifest}' was written by another version; this one reads '{same}'");
    }

    /// <summary>Whether two manifests differ in their version at most.</summary>
    public static bool IsSameKind(string one, string other) => KindOf(one).SequenceEqual(KindOf(other));

    private static ReadOnlySpan<char> KindOf(string manifest)
    {
        var slash = manifest.LastIndexOf('/');
        return slash < 0 ? manifest : manifest.AsSpan(0, slash);
    }
}
