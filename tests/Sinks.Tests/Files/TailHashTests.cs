using ActorLog.Sinks.Files;
using ActorLog.Testing;
using CsCheck;

namespace ActorLog.Sinks.Tests.Files;

public class TailHashTests
{
    private const string Path = "web1/app.log";

    [Fact]
    public void The_tail_checksum_is_the_one_that_a_reader_finds_at_any_length()
    {
        Gen.Int[0, 100_000].Array[1, 6].Sample(
            parts =>
            {
                using var store = new MemoryStore();
                using var file = LogFile.Create(store, Path);
                var random = new Random(parts.Length);
                foreach (var part in parts)
                {
                    var bytes = new byte[part];
                    random.NextBytes(bytes);
                    file.Append(bytes);
                    using var reader = store.TryOpen(Path)!;
                    Assert.Equal(file.TailChecksum(), TailHash.Read(reader, file.Length)!.Value);
                }
            },
            iter: 200);
    }

    [Fact]
    public void A_changed_byte_within_the_last_64_KiB_changes_the_checksum()
    {
        foreach (var length in new[] { 1, 65_535, 65_536, 65_537, 200_000 })
        {
            var whole = new byte[length];
            new Random(1).NextBytes(whole);
            foreach (var back in new[] { 1, length / 2, 65_536 }.Where(back => back > 0 && back <= Math.Min(length, 65_536)))
            {
                var changed = (byte[])whole.Clone();
                changed[^back] ^= 1;
                Assert.NotEqual(ChecksumOf(whole), ChecksumOf(changed));
            }
        }

        static ulong ChecksumOf(byte[] bytes)
        {
            using var store = new MemoryStore();
            using var file = LogFile.Create(store, Path);
            file.Append(bytes);
            return file.TailChecksum();
        }
    }
}
