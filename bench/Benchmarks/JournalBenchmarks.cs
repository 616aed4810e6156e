using ActorLog.Node.Spooling;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Persistence;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>A block of a batch made durable: one commit and its fsync, in the spool's database and in the aggregator's.</summary>
public class JournalBenchmarks
{
    private readonly byte[] _block = SampleData.Blocks(BlockCompression.Zstd, 1).Single();
    private BenchmarkSystem _system = null!;
    private IActorRef _spool = ActorRefs.Nobody;
    private IActorRef _partition = ActorRefs.Nobody;

    [GlobalSetup]
    public void Setup()
    {
        _system = new BenchmarkSystem();
        _spool = _system.System.ActorOf(Props.Create(() => new Writer(PersistencePlugins.SpoolJournal)));
        _partition = _system.System.ActorOf(Props.Create(() => new Writer(PersistencePlugins.PartitionJournal)));
    }

    [GlobalCleanup]
    public void Cleanup() => _system.Dispose();

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public Task<bool> Spool() => _spool.Ask<bool>(new SpooledBlock(_block));

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public Task<bool> Partition() =>
        _partition.Ask<bool>(new PartStored("edge/run", 1, null, "edge", DateTime.UtcNow.Ticks, SampleData.Records, 0, _block));

    /// <summary>Persists what it is sent, and says when that is durable.</summary>
    private sealed class Writer : ReceivePersistentActor
    {
        public Writer(string journal)
        {
            JournalPluginId = journal;
            SnapshotPluginId = "akka.persistence.no-snapshot-store";
            CommandAny(message =>
            {
                var asker = Sender;
                PersistAsync(message, _ => asker.Tell(true));
            });
        }

        public override string PersistenceId => JournalPluginId;

        public override Recovery Recovery => Recovery.None;
    }
}
