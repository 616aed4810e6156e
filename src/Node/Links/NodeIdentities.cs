using ActorLog.Node.Settings;

namespace ActorLog.Node.Links;

/// <summary>The certificates of a node: its own, and those of sources that have others.</summary>
internal sealed class NodeIdentities
{
    /// <summary>Reads the files of all.</summary>
    public NodeIdentities(NodeSettings settings)
    {
        Node = settings.Tls is { } tls ? new TlsIdentity(tls) : null;
        var sources = settings.Roles.HasFlag(NodeRoles.Edge) ? settings.Sources : [];
        OfSources = sources.Where(static source => source.Tls is not null).ToDictionary(
            static source => source.Name,
            source => source.Tls!.Own is { } own ? new TlsIdentity(own, $"sources.{source.Name}.tls") : Node!,
            StringComparer.Ordinal);
        All = [.. OfSources.Values.Prepend(Node).OfType<TlsIdentity>().Distinct()];
    }

    /// <summary>The node's own; null: it has none.</summary>
    public TlsIdentity? Node { get; }

    /// <summary>What TLS sources show to clients and judge them by, by the source's name.</summary>
    public IReadOnlyDictionary<string, TlsIdentity> OfSources { get; }

    /// <summary>Each once.</summary>
    public IReadOnlyList<TlsIdentity> All { get; }
}
