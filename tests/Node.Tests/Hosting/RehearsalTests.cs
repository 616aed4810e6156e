using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

/// <summary>What is played while the settings are read.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public async Task ItComesToItsEnd() => await Rehearsal.PlayAsync().WaitAsync(NodeHost.Patience);
}
