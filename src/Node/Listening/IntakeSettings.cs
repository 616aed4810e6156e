using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>What all listeners of a node share.</summary>
/// <param name="NodeName">Records of local senders are filed under it.</param>
/// <param name="Batching">The window, and how long a full queue is waited for.</param>
/// <param name="Portable">Use the portable sockets even where the fast ones exist.</param>
/// <param name="Queue">Where batches are handed over; bounded.</param>
/// <param name="Ledger">The node's books.</param>
internal sealed record IntakeSettings(
    string NodeName,
    BatchingSettings Batching,
    bool Portable,
    System.Threading.Channels.ChannelWriter<FrameBatch> Queue,
    Ledger Ledger)
{
    /// <summary>What TLS sources show to clients and judge them by, by the source's name.</summary>
    public IReadOnlyDictionary<string, TlsIdentity> Identities { get; init; } = new Dictionary<string, TlsIdentity>();
}
