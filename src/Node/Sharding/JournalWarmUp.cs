using ActorLog.Node.Storage;
using Akka.Actor;
using Akka.Persistence;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Reads a little of one partition's journal, and forgets it. The first recovery of a process is ten times as dear as the next:
/// queries are built, code is compiled, connections are opened. A node that joins a cluster is given partitions at once,
/// whose hosts would wait for all that.
/// </summary>
internal static class JournalWarmUp
{
    private const int EventsMax = 16;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Does it.</summary>
    /// <returns>Ends when it is done, has failed, which the partitions will tell, or takes too long.</returns>
    public static Task RunAsync(ActorSystem system)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new Reader(end)), "journal-warm-up");
        return Task.WhenAny(end.Task, Task.Delay(Limit));
    }

    private sealed class Reader : ReceivePersistentActor
    {
        private readonly TaskCompletionSource _end;

        public Reader(TaskCompletionSource end)
        {
            _end = end;
            JournalPluginId = PersistencePlugins.PartitionJournal;
            SnapshotPluginId = PersistencePlugins.PartitionSnapshots;
            Recover<RecoveryCompleted>(_ => Context.Stop(Self));
            RecoverAny(static _ => { });
        }

        public override string PersistenceId => PartitionEntity.PersistenceIdOf(0);

        public override Recovery Recovery => new(SnapshotSelectionCriteria.Latest, long.MaxValue, EventsMax);

        // The partitions will meet it too, and they tell the cause and the remedy.
        protected override void OnRecoveryFailure(Exception reason, object? message = null)
        {
        }

        protected override void PostStop()
        {
            _end.TrySetResult();
            base.PostStop();
        }
    }
}
