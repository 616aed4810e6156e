using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Versions;
using Akka.Actor;

namespace ActorLog.Node.Receiving;

/// <summary>What a gateway needs.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Partitions">How many partitions there are.</param>
/// <param name="JournalId">The journal behind the partitions.</param>
/// <param name="Settings">Limits.</param>
/// <param name="Region">The shard region of the partitions.</param>
/// <param name="Intake">The budget of bytes and inflated batches, shared by all connections.</param>
/// <param name="Ledger">Counts what is refused.</param>
internal sealed record GatewaySetup(
    string Node,
    int Partitions,
    string JournalId,
    AggregatorSettings Settings,
    IActorRef Region,
    IntakeBudget Intake,
    Ledger Ledger)
{
    /// <summary>Another one when the journal may have lost its last commits: edges then send again what is not settled.</summary>
    public string Timeline => Journal?.Timeline ?? IJournal.FirstTimeline;

    /// <summary>The versions of the protocol that it speaks.</summary>
    public VersionRange Speaks { get; init; } = Release.Gateway;

    /// <summary>The journal behind the partitions; null where a test has none.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>Tells each partition something, in the name of the actor that calls.</summary>
    public void TellPartitions(Func<int, object> message)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            Region.Tell(message(partition));
        }
    }
}
