using System.Diagnostics.CodeAnalysis;
using ActorLog.Protocol.Delivery.Wire;
using Google.Protobuf;

namespace ActorLog.Protocol.Delivery;

/// <summary>
/// Bytes of cluster messages, under manifests that carry a version; blocks travel raw behind an envelope.
/// </summary>
public static class ClusterCodec
{
    private const string TakePartManifest = "take-part/1";
    private const string PartAnswerManifest = "part-answer/1";
    private const string AskStoredManifest = "ask-stored/1";
    private const string AskSettledManifest = "ask-settled/1";
    private const string SettledAnswerManifest = "settled-answer/1";
    private const string EndOriginManifest = "end-origin/1";
    private const string WakePartitionManifest = "wake-partition/1";
    private const string RootHereManifest = "root-here/1";
    private const string TrimFilesManifest = "trim-files/1";
    private const string FilesTrimmedManifest = "files-trimmed/1";

    /// <summary>All manifests that <see cref="TryRead"/> knows.</summary>
    public static IReadOnlyList<string> Manifests { get; } =
    [
        TakePartManifest, PartAnswerManifest, AskSettledManifest, SettledAnswerManifest, EndOriginManifest,
        WakePartitionManifest, AskStoredManifest, RootHereManifest, TrimFilesManifest, FilesTrimmedManifest,
    ];

    /// <summary>The manifest of a message.</summary>
    public static string ManifestOf(ClusterMessage message) => message switch
    {
        TakePart => TakePartManifest,
        PartAnswer => PartAnswerManifest,
        AskStored => AskStoredManifest,
        AskSettled => AskSettledManifest,
        SettledAnswer => SettledAnswerManifest,
        EndOrigin => EndOriginManifest,
        WakePartition => WakePartitionManifest,
        RootHere => RootHereManifest,
        TrimFiles => TrimFilesManifest,
        FilesTrimmed => FilesTrimmedManifest,
        _ => throw new ArgumentException($"no such message: {message.GetType().Name}", nameof(message)),
    };

    /// <summary>A message's bytes.</summary>
    public static byte[] Write(ClusterMessage message)
    {
        switch (message)
        {
            case TakePart m:
                var take = new TakePartWire { Partition = m.Partition, Origin = m.Origin, N = m.N, Edge = m.Edge, Timeline = m.Timeline ?? string.Empty };
                if (m.Prev is { } prev)
                {
                    take.Prev = prev;
                }

                return Enveloped.Write(take, m.Block.Span);
            case PartAnswer m:
                return new PartAnswerWire
                {
                    Partition = m.Partition,
                    Origin = m.Origin,
                    N = m.N,
                    Kind = (uint)m.Kind,
                    Watermark = m.Watermark,
                    Reason = m.Reason,
                    Timeline = m.Timeline ?? string.Empty,
                    Gateway = m.Gateway is { } gateway ? EndPointCodec.ToWire(gateway) : null,
                }.ToByteArray();
            case AskStored m:
                return new AskStoredWire
                {
                    Partition = m.Partition,
                    Origin = m.Origin,
                    N = m.N,
                    Timeline = m.Timeline ?? string.Empty,
                }.ToByteArray();
            case AskSettled m:
                return new AskSettledWire
                {
                    Partition = m.Partition,
                    Origin = m.Origin,
                    Mark = m.Mark,
                    Timeline = m.Timeline ?? string.Empty,
                }.ToByteArray();
            case SettledAnswer m:
                var answer = new SettledAnswerWire { Partition = m.Partition, Origin = m.Origin, Mark = m.Mark };
                if (m.Settled is { } settled)
                {
                    answer.Settled = settled;
                }

                return answer.ToByteArray();
            case EndOrigin m:
                return new EndOriginWire { Partition = m.Partition, Origin = m.Origin }.ToByteArray();
            case WakePartition m:
                return new WakePartitionWire { Partition = m.Partition }.ToByteArray();
            case RootHere m:
                return new RootHereWire { RootId = m.RootId, Life = m.Life, Node = m.Node }.ToByteArray();
            case TrimFiles m:
                var trim = new TrimFilesWire { Partition = m.Partition, RootId = m.RootId, Life = m.Life, Epoch = m.Epoch };
                trim.Files.AddRange(m.Files.Select(SnapshotCodec.ToWire));
                return trim.ToByteArray();
            case FilesTrimmed m:
                var trimmed = new FilesTrimmedWire { Partition = m.Partition, RootId = m.RootId, Epoch = m.Epoch };
                trimmed.FileNumbers.AddRange(m.FileNumbers);
                return trimmed.ToByteArray();
            default:
                throw new ArgumentException($"no such message: {message.GetType().Name}", nameof(message));
        }
    }

    /// <summary>Reads a message. A part's block is a slice of <paramref name="bytes"/>, not a copy.</summary>
    public static bool TryRead(
        string manifest, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ClusterMessage? message,
        out CodecError error)
    {
        message = null;
        error = Manifest.Check(manifest, Manifests);
        if (error.Kind != CodecErrorKind.None)
        {
            return false;
        }

        try
        {
            message = Read(manifest, bytes);
        }
        catch (InvalidProtocolBufferException damage)
        {
            error = new(CodecErrorKind.Damaged, $"{manifest}: {damage.Message}");
            return false;
        }

        error = message is null ? new(CodecErrorKind.Damaged, $"{manifest}: a number is out of range") : default;
        return message is not null;
    }

    private static ClusterMessage? Read(string manifest, ReadOnlyMemory<byte> bytes)
    {
        switch (manifest)
        {
            case TakePartManifest:
                if (!Enveloped.TrySplit(bytes, out var envelope, out var block))
                {
                    return null;
                }

                var take = TakePartWire.Parser.ParseFrom(envelope.Span);
                return take.N < 1 || take.Origin.Length == 0 || (take.HasPrev && take.Prev >= take.N)
                    ? null
                    : new TakePart(
                        take.Partition, take.Origin, take.N, take.HasPrev ? take.Prev : null, take.Edge, block)
                    {
                        Timeline = TimelineOf(take.Timeline),
                    };
            case PartAnswerManifest:
                var part = PartAnswerWire.Parser.ParseFrom(bytes.Span);
                return part.Kind is < (uint)PartAnswerKind.Stored or > (uint)PartAnswerKind.Refused
                    ? null
                    : new PartAnswer(
                        part.Partition, part.Origin, part.N, (PartAnswerKind)part.Kind, part.Watermark, part.Reason)
                    {
                        Timeline = TimelineOf(part.Timeline),
                        Gateway = part.Gateway is null ? null : EndPointCodec.FromWire(part.Gateway),
                    };
            case AskStoredManifest:
                var stored = AskStoredWire.Parser.ParseFrom(bytes.Span);
                return new AskStored(stored.Partition, stored.Origin, stored.N) { Timeline = TimelineOf(stored.Timeline) };
            case AskSettledManifest:
                var ask = AskSettledWire.Parser.ParseFrom(bytes.Span);
                return new AskSettled(ask.Partition, ask.Origin, ask.Mark) { Timeline = TimelineOf(ask.Timeline) };
            case SettledAnswerManifest:
                var answer = SettledAnswerWire.Parser.ParseFrom(bytes.Span);
                return new SettledAnswer(
                    answer.Partition, answer.Origin, answer.Mark, answer.HasSettled ? answer.Settled : null);
            case EndOriginManifest:
                var end = EndOriginWire.Parser.ParseFrom(bytes.Span);
                return new EndOrigin(end.Partition, end.Origin);
            case RootHereManifest:
                var here = RootHereWire.Parser.ParseFrom(bytes.Span);
                return new RootHere(here.RootId, here.Life, here.Node);
            case TrimFilesManifest:
                var trim = TrimFilesWire.Parser.ParseFrom(bytes.Span);
                var files = trim.Files.Select(SnapshotCodec.FromWire).OfType<FileEntry>().ToList();
                return files.Count != trim.Files.Count
                    ? null
                    : new TrimFiles(trim.Partition, trim.RootId, trim.Life, trim.Epoch, files);
            case FilesTrimmedManifest:
                var trimmed = FilesTrimmedWire.Parser.ParseFrom(bytes.Span);
                return new FilesTrimmed(trimmed.Partition, trimmed.RootId, trimmed.Epoch, [.. trimmed.FileNumbers]);
            default:
                return new WakePartition(WakePartitionWire.Parser.ParseFrom(bytes.Span).Partition);
        }
    }

    private static string? TimelineOf(string text) => text.Length == 0 ? null : text;
}
