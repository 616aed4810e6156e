using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorLog.Node.Storage;

/// <summary>
/// Stands where Akka has Newtonsoft's serializer, under its number: writes nothing, and reads nothing that somebody else
/// wrote with it, since that would make objects of whatever type the bytes name.
/// </summary>
public sealed class RefusingSerializer : Serializer
{
    /// <summary>The number of Newtonsoft's.</summary>
    public const int Id = 1;

    /// <summary>Made by Akka, with the settings of the one whose name it has.</summary>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw Refuse($"{obj.GetType().FullName} is bound to no serializer");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type? type) => throw Refuse("bytes of the library's fallback for unknown types");

    private static SerializationException Refuse(string what) => new($"{what}: refused");
}
