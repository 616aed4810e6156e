using System.Runtime.Serialization;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Serialization;

namespace ActorLog.Node.Storage;

/// <summary>
/// The one serializer: explicit manifests with versions, our own types only, no type name from the wire. An event that
/// cannot be read is an <see cref="UnreadableEvent"/>: an exception would end the replay, and each one after it.
/// </summary>
public sealed class ActorLogSerializer : SerializerWithStringManifest
{
    /// <summary>The serializer's number in journals and on the wire; never changes.</summary>
    public const int Id = 7510;

    /// <summary>The manifest of <see cref="SpooledBlock"/>.</summary>
    public const string BlockManifest = "block/1";

    private static readonly string[] Stored = [BlockManifest, .. JournalCodec.Manifests, JournalCodec.SnapshotManifest];

    /// <summary>Made by Akka.</summary>
    public ActorLogSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <summary>Whether this program reads what is stored under a manifest, or why not.</summary>
    public static CodecError CheckStored(string manifest) => Protocol.Delivery.Manifest.Check(manifest, Stored);

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        SpooledBlock => BlockManifest,
        JournalEvent e => JournalCodec.ManifestOf(e),
        PartitionSnapshot => JournalCodec.SnapshotManifest,
        FencedSnapshot fenced => $"{JournalCodec.SnapshotManifest} {fenced.History}",
        ClusterMessage message => ClusterCodec.ManifestOf(message),
        JoinMessage message => JoinCodec.ManifestOf(message),
        _ => throw Unknown(o.GetType().FullName!),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        SpooledBlock block => block.Bytes,
        JournalEvent e => JournalCodec.Write(e),
        PartitionSnapshot snapshot => JournalCodec.WriteSnapshot(snapshot),
        FencedSnapshot fenced => JournalCodec.WriteSnapshot(fenced.Snapshot),
        ClusterMessage message => ClusterCodec.Write(message),
        JoinMessage message => JoinCodec.Write(message),
        _ => throw Unknown(obj.GetType().FullName!),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (manifest == BlockManifest)
        {
            return new SpooledBlock(bytes);
        }

        // What stands behind it is for the database.
        var own = manifest.Split(' ')[0];
        if (JournalCodec.IsSnapshot(own))
        {
            return JournalCodec.TryReadSnapshot(own, bytes, out var snapshot, out var broken) ? snapshot
                : broken.Kind == CodecErrorKind.Damaged ? throw new InvalidDataException(broken.Text) : new UnreadableEvent(bytes, broken);
        }

        if (ClusterCodec.Manifests.Contains(manifest))
        {
            return ClusterCodec.TryRead(manifest, bytes, out var message, out var error)
                ? message : throw new SerializationException(error.Text);
        }

        if (JoinCodec.Manifests.Contains(manifest))
        {
            return JoinCodec.TryRead(manifest, bytes, out var message, out var error)
                ? message : throw new SerializationException(error.Text);
        }

        return JournalCodec.TryRead(manifest, bytes, out var e, out var why) ? e : new UnreadableEvent(bytes, why);
    }

    private static SerializationException Unknown(string what) => new($"{what} is not of this program's own types");
}
