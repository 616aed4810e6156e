using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public void A_part_that_was_announced_and_said_nothing_is_not_ready()
    {
        var readiness = new Readiness();
        readiness.Expect("gateway");
        Assert.False(readiness.IsReady);
        readiness.SetReady("gateway");
        Assert.True(readiness.IsReady);
    }

    [Fact]
    public void Each_part_at_fault_has_its_cause_and_remedy()
    {
        var readiness = new Readiness();
        readiness.SetFault("source tcp", "bind TCP 127.0.0.1:514: permission denied", "choose a higher port");
        readiness.SetReady("gateway");
        readiness.Note("forwarder", "not connected");

        Assert.Equal(
            """
            not ready
            forwarder: ready, not connected
            gateway: ready
            source tcp: not ready
              cause: bind TCP 127.0.0.1:514: permission denied
              remedy: choose a higher port

            """,
            readiness.Describe());
    }

    [Fact]
    public void A_node_that_stops_is_not_ready_though_its_parts_are()
    {
        var readiness = new Readiness();
        readiness.SetReady("gateway");
        readiness.SetStopping();
        Assert.False(readiness.IsReady);
        Assert.StartsWith("not ready: stopping\n", readiness.Describe(), StringComparison.Ordinal);
    }
}
