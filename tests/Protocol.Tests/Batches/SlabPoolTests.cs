using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Tests.Batches;

public sealed class SlabPoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 * 1024)]
    [InlineData((8 * 1024) + 1)]
    [InlineData(64 * 1024)]
    [InlineData(SlabPool.SlabBytes)]
    [InlineData(SlabPool.SlabBytes + 1)]
    public void A_slab_holds_what_was_asked_for_and_its_padding(int bytes)
    {
        var slab = SlabPool.Rent(bytes);

        Assert.InRange(slab.Length - SlabPool.PaddingBytes, bytes, int.MaxValue);
        Assert.Equal(SlabPool.SizeFor(bytes), slab.Length - SlabPool.PaddingBytes);
        SlabPool.Return(slab);
    }

    [Theory]
    [InlineData(100, 8 * 1024)]
    [InlineData(10_000, 64 * 1024)]
    [InlineData(100_000, SlabPool.SlabBytes)]
    public void Few_bytes_hold_a_small_slab(int bytes, int size) => Assert.Equal(size, SlabPool.SizeFor(bytes));

    [Fact]
    public void What_is_given_back_is_used_again()
    {
        // Others rent and return meanwhile: of many slabs at least one comes back.
        var given = Enumerable.Range(0, 20).Select(static _ => SlabPool.Rent(10_000)).ToArray();
        Array.ForEach(given, SlabPool.Return);

        var again = Enumerable.Range(0, 20).Select(static _ => SlabPool.Rent(10_000)).ToArray();

        Assert.Contains(again, slab => given.Any(one => ReferenceEquals(one, slab)));
        Array.ForEach(again, SlabPool.Return);
    }
}
