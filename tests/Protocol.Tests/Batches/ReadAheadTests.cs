using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Tests.Batches;

/// <summary>It changes nothing, and reads nothing, wherever the memory ends.</summary>
public sealed class ReadAheadTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(300, 0, 300)]
    [InlineData(300, 299, 70_000)]
    [InlineData(4096, 4000, 96)]
    public void It_reaches_beyond_the_end_without_harm(int size, int start, int bytes)
    {
        var memory = new byte[size];
        Random.Shared.NextBytes(memory);
        var before = memory.ToArray();
        ReadAhead.Fetch(memory, start, bytes);
        Assert.Equal(before, memory);
    }
}
