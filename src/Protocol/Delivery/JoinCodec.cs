using System.Diagnostics.CodeAnalysis;
using ActorLog.Protocol.Delivery.Wire;
using Google.Protobuf;

namespace ActorLog.Protocol.Delivery;

/// <summary>
/// Bytes of join messages. Their manifests keep version 1 for ever: nodes of two formats must understand each other well
/// enough to say that they do not agree.
/// </summary>
public static class JoinCodec
{
    private const string AskManifest = "ask-to-join/1";
    private const string AnswerManifest = "join-answer/1";

    /// <summary>All manifests that <see cref="TryRead"/> knows.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [AskManifest, AnswerManifest];

    /// <summary>The manifest of a message.</summary>
    public static string ManifestOf(JoinMessage message) => message is AskToJoin ? AskManifest : AnswerManifest;

    /// <summary>A message's bytes.</summary>
    public static byte[] Write(JoinMessage message)
    {
        var agreement = new AgreementWire
        {
            Format = (uint)message.Agreement.Format,
            Partitions = message.Agreement.Partitions,
            Journal = message.Agreement.Journal,
            OldestRead = (uint)message.Agreement.Reads.Oldest,
            NewestRead = (uint)message.Agreement.Reads.Newest,
        };
        return message is JoinAnswer answer
            ? new JoinAnswerWire { Node = answer.Node, Agreement = agreement, IsMember = answer.IsMember }.ToByteArray()
            : new AskToJoinWire { Node = message.Node, Agreement = agreement }.ToByteArray();
    }

    /// <summary>Reads a message.</summary>
    public static bool TryRead(
        string manifest, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out JoinMessage? message, out CodecError error)
    {
        message = null;
        error = Manifest.Check(manifest, Manifests);
        if (error.Kind != CodecErrorKind.None)
        {
            return false;
        }

        try
        {
            message = manifest == AskManifest ? ReadAsk(bytes) : ReadAnswer(bytes);
        }
        catch (InvalidProtocolBufferException damage)
        {
            error = new(CodecErrorKind.Damaged, $"{manifest}: {damage.Message}");
            return false;
        }

        error = message is null ? new(CodecErrorKind.Damaged, $"{manifest}: a part is missing") : default;
        return message is not null;
    }

    private static AskToJoin? ReadAsk(ReadOnlyMemory<byte> bytes)
    {
        var ask = AskToJoinWire.Parser.ParseFrom(bytes.Span);
        return ask.Agreement is { } agreement ? new AskToJoin(ask.Node, Read(agreement)) : null;
    }

    private static JoinAnswer? ReadAnswer(ReadOnlyMemory<byte> bytes)
    {
        var answer = JoinAnswerWire.Parser.ParseFrom(bytes.Span);
        return answer.Agreement is { } agreement ? new JoinAnswer(answer.Node, Read(agreement), answer.IsMember) : null;
    }

    private static Agreement Read(AgreementWire wire)
    {
        var agreement = new Agreement((int)wire.Format, wire.Partitions, wire.Journal);
        return wire.NewestRead == 0 ? agreement : agreement with { Reads = new((int)wire.OldestRead, (int)wire.NewestRead) };
    }
}
