using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>Loads that stay in the spool, since the aggregator is away.</summary>
internal static class HeldBack
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Sends and waits until the spool has persisted so many records in all.</summary>
    public static async Task Send(DrillRun run, Plant plant, Oracle oracle, int records)
    {
        await oracle.Send(plant.Target, new OracleLoad(records) { Host = "shop", Header = OracleHeader.Rfc3164, Rate = 2_500 });
        run.Say($"{records} sent");
        await Eventually.True(
            () => Task.FromResult(SpoolReading.RecordsByOrigin(plant.Spool).Values.Sum() >= oracle.Ledger.Sent),
            Limit, () => $"all of it in the spool\n{plant.Account()}");
    }
}
