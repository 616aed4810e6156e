using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Tests.Batches;

public sealed class BatchWriterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(300)]
    public void Records_of_several_batches_keep_their_hosts(int hosts)
    {
        var random = new Random(hosts);
        using var writer = new BatchWriter();
        for (var round = 0; round < 3; round++)
        {
            var expected = new List<string>();
            for (var i = 0; i < 4; i++)
            {
                using var batch = BatchSamples.Random(random, records: 200, hosts);
                expected.AddRange(BatchSamples.Describe(batch));
                foreach (var record in batch)
                {
                    Assert.True(writer.TryAppend(record));
                }
            }

            using var joined = writer.Take()!;
            Assert.Equal(expected, BatchSamples.Describe(joined));
        }
    }

    [Fact]
    public void A_host_beyond_the_most_of_a_batch_is_refused_and_stands_in_the_next()
    {
        using var writer = new BatchWriter();
        for (var host = 0; host < HostTable.HostsMax; host++)
        {
            Assert.True(writer.TryAppend(default, BatchSamples.Utf8($"full-{host}"), BatchSamples.BaseTicks));
        }

        using var batch = BatchSamples.Random(new Random(1), records: 1, hosts: 1);
        foreach (var record in batch)
        {
            Assert.False(writer.TryAppend(record));
            Assert.False(writer.TryAppend(record));
            using var full = writer.Take()!;
            Assert.True(writer.TryAppend(record));
        }

        using var next = writer.Take()!;
        Assert.Equal(BatchSamples.Describe(batch), BatchSamples.Describe(next));
    }
}
