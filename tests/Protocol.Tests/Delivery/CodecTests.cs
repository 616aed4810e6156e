using System.Net;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

public class CodecTests
{
    private static readonly JournalEvent[] Events =
    [
        new PartStored("o", 7, 5, "edge", 123, 9, 1000, new byte[] { 1, 2, 3 }),
        new PartStored("o", 1, null, "", 0, 0, 0, Array.Empty<byte>()),
        new Owned("root", "node", 3),
        new FileOpened(4, "root", "web-1/app.log", ulong.MaxValue, 77, 10),
        new Checkpointed(9, 123, [new FileCommit(4, 99, 0xDEADBEEF, null), new FileCommit(5, 0, 0, "x.1")], [1, 2]),
        new OriginEnded("o", 5),
    ];

    private static readonly ClusterMessage[] Messages =
    [
        new TakePart(3, "o", 7, 5, "edge", new byte[] { 1, 2, 3 }),
        new TakePart(3, "o", 7, null, "edge", Array.Empty<byte>()),
        new TakePart(3, "o", 7, null, "edge", Array.Empty<byte>()) { Timeline = "7/00000002" },
        new PartAnswer(3, "o", 7, PartAnswerKind.Later, 0, "why") { Timeline = "7/00000002" },
        new AskSettled(3, "o", 7) { Timeline = "7/00000002" },
        new PartAnswer(3, "o", 7, PartAnswerKind.ResendAfter, 4, "lost"),
        new PartAnswer(3, "o", 7, PartAnswerKind.Stored, 0, "") { Gateway = new DnsEndPoint("aggregator-0.example", 6514) },
        new AskStored(3, "o", 7),
        new AskSettled(3, "o", 6),
        new SettledAnswer(3, "o", 6, 0),
        new SettledAnswer(3, "o", 6, null),
        new EndOrigin(3, "o"),
        new WakePartition(3),
        new RootHere("root", "life", "node"),
        new TrimFiles(3, "root", "life", 4,
        [
            new FileEntry(new FileOpened(4, "root", "web-1/app.log", 2, 77, 10), 99, 0xDEADBEEF, null, 0) { OpenedAt = 70, IsClosed = true },
            new FileEntry(new FileOpened(5, "root", "x", 2, 78, 0), 0, null, "x.1", 9),
        ]),
        new FilesTrimmed(3, "root", 4, [4, 5]),
    ];

    [Fact]
    public void Each_event_comes_back_and_is_written_the_same_again()
    {
        foreach (var e in Events)
        {
            var bytes = JournalCodec.Write(e);
            Assert.True(JournalCodec.TryRead(JournalCodec.ManifestOf(e), bytes, out var read, out var error), error.Text);
            Assert.Equal(e.GetType(), read.GetType());
            Assert.Equal(bytes, JournalCodec.Write(read));
            if (e is PartStored part)
            {
                var back = (PartStored)read;
                Assert.Equal(part with { Block = default }, back with { Block = default });
                Assert.Equal(part.Block.ToArray(), back.Block.ToArray());
            }
        }
    }

    [Fact]
    public void Each_message_comes_back_and_is_written_the_same_again()
    {
        foreach (var message in Messages)
        {
            var bytes = ClusterCodec.Write(message);
            Assert.True(ClusterCodec.TryRead(ClusterCodec.ManifestOf(message), bytes, out var read, out var error), error.Text);
            Assert.Equal(bytes, ClusterCodec.Write(read));
            if (message is not (TakePart or TrimFiles or FilesTrimmed))
            {
                Assert.Equal(message, read);
            }
        }
    }

    [Fact]
    public void Noise_under_any_manifest_is_an_error_or_a_value_and_never_an_exception()
    {
        var random = new Random(1);
        foreach (var manifest in JournalCodec.Manifests.Concat(ClusterCodec.Manifests).Append(JournalCodec.SnapshotManifest))
        {
            for (var i = 0; i < 3000; i++)
            {
                var bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
                var isEvent = JournalCodec.TryRead(manifest, bytes, out var e, out var error);
                Assert.Equal(isEvent, e is not null);
                Assert.Equal(isEvent, error.Kind == CodecErrorKind.None);
                Assert.Equal(ClusterCodec.TryRead(manifest, bytes, out var message, out _), message is not null);
                Assert.Equal(JournalCodec.TryReadSnapshot(manifest, bytes, out var snapshot, out _), snapshot is not null);
            }
        }
    }

    [Theory]
    [InlineData("part-stored/2", CodecErrorKind.UnknownVersion)]
    [InlineData("owned/0", CodecErrorKind.UnknownVersion)]
    [InlineData("System.String", CodecErrorKind.UnknownManifest)]
    [InlineData("", CodecErrorKind.UnknownManifest)]
    public void What_a_newer_program_wrote_is_told_from_what_nobody_wrote(string manifest, CodecErrorKind kind)
    {
        Assert.False(JournalCodec.TryRead(manifest, default, out _, out var error));
        Assert.Equal(kind, error.Kind);
        Assert.NotEmpty(error.Text);
        Assert.False(JournalCodec.TryReadSnapshot("partition-snapshot/9", default, out _, out error));
        Assert.Equal(CodecErrorKind.UnknownVersion, error.Kind);
    }

    [Fact]
    public void Settled_is_answered_only_behind_an_event_that_was_handed_over_later()
    {
        var questions = new SettledQuestions<string>();
        questions.Add("a", new AskSettled(0, "o", 1), lastHandedOver: 5);
        questions.Add("b", new AskSettled(0, "o", 2), lastHandedOver: 6);
        Assert.False(questions.TryTake(5, out _));
        Assert.True(questions.TryTake(6, out var due));
        Assert.Equal("a", due.Asker);
        Assert.False(questions.TryTake(6, out _));
        Assert.True(questions.TryTake(7, out _));
        Assert.Equal(0, questions.Count);
    }
}
