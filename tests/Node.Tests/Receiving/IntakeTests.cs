using ActorLog.Node.Receiving;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>What all connections together may hold.</summary>
public sealed class IntakeTests
{
    [Fact]
    public async Task BeyondTheBudgetOneWaitsUntilSomethingIsGivenBack()
    {
        var budget = new IntakeBudget(100);
        await budget.TakeAsync(60, default);
        var second = budget.TakeAsync(60, default).AsTask();
        var third = budget.TakeAsync(90, default).AsTask();
        Assert.False(second.IsCompleted || third.IsCompleted);
        budget.Give(60);
        await (await Task.WhenAny(second, third).WaitAsync(NodeHost.Patience));
        Assert.True(second.IsCompleted ^ third.IsCompleted);
        budget.Give(second.IsCompleted ? 60 : 90);
        await Task.WhenAll(second, third).WaitAsync(NodeHost.Patience);
    }

    [Fact]
    public async Task ABlockLargerThanAllPassesAlone()
    {
        var budget = new IntakeBudget(100);
        await budget.TakeAsync(500, default);
        var next = budget.TakeAsync(1, default).AsTask();
        Assert.False(next.IsCompleted);
        budget.Give(500);
        await next.WaitAsync(NodeHost.Patience);
    }

    [Fact]
    public async Task OneThatIsCancelledTakesNothing()
    {
        var budget = new IntakeBudget(100);
        await budget.TakeAsync(100, default);
        using var stop = new CancellationTokenSource();
        var cancelled = budget.TakeAsync(50, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        budget.Give(100);
        await budget.TakeAsync(100, default).AsTask().WaitAsync(NodeHost.Patience);
    }

    [Fact]
    public async Task AShareGivesBackOnceWhatItHolds()
    {
        var budget = new IntakeBudget(100);
        var share = new IntakeShare(budget);
        await share.TakeAsync(40, default);
        await share.TakeAsync(60, default);
        share.Give(40);
        share.Dispose();
        share.Dispose();
        share.Give(60);

        // All of it is there again, and no more than all.
        await budget.TakeAsync(100, default).AsTask().WaitAsync(NodeHost.Patience);
        using var enough = new CancellationTokenSource();
        var waiting = budget.TakeAsync(1, enough.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        // One who waited while the connection ended gives back what he gets.
        budget.Give(100);
        await share.TakeAsync(100, default).AsTask().WaitAsync(NodeHost.Patience);
        await budget.TakeAsync(100, default).AsTask().WaitAsync(NodeHost.Patience);
    }

    [Fact]
    public async Task AKeptBatchThatNobodyHasAnyMoreIsGivenBack()
    {
        var budget = new IntakeBudget(100);
        KeepAndLose(budget);
        using var probe = Samples.Batch("web-1", "x");
        await NodeHost.Until(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return budget.TryKeepInflated(probe);
            },
            "lost batches are given back");
        budget.GiveInflated(probe);
        budget.GiveInflated(probe);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void KeepAndLose(IntakeBudget budget)
    {
        var kept = Enumerable.Range(0, IntakeBudget.InflatedMax).Select(static _ => Samples.Batch("web-1", "x")).ToArray();
        Assert.All(kept, batch => Assert.True(budget.TryKeepInflated(batch)));
        Assert.False(budget.TryKeepInflated(Samples.Batch("web-1", "x")));
        GC.KeepAlive(kept);
    }
}
