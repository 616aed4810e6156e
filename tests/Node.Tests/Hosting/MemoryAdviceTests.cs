using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

public sealed class MemoryAdviceTests
{
    [Fact]
    public void Half_of_96_MiB_suffices() => Assert.Null(MemoryAdvice.Of(48L << 20));

    [Fact]
    public void Half_of_64_MiB_does_not_and_what_to_do_is_said()
    {
        var advice = MemoryAdvice.Of(32L << 20);

        Assert.StartsWith("the heap may take 32 MiB", advice, StringComparison.Ordinal);
        Assert.EndsWith("raise the container's memory limit", advice, StringComparison.Ordinal);
    }
}
