namespace ActorLog.Protocol.Delivery;

/// <summary>What a node that would join and the nodes of the cluster say to each other. <see cref="JoinCodec"/> has the bytes.</summary>
/// <param name="Node">The name of the one who speaks.</param>
/// <param name="Agreement">What it must have in common with the other.</param>
public abstract record JoinMessage(string Node, Agreement Agreement);

/// <summary>To a seed: I would join; do we agree, and are you of a cluster?</summary>
/// <param name="Node">The name of the one who asks.</param>
/// <param name="Agreement">What it must have in common with the other.</param>
public sealed record AskToJoin(string Node, Agreement Agreement) : JoinMessage(Node, Agreement);

/// <summary>The answer; whether they agree is for both to see.</summary>
/// <param name="Node">The name of the one who answers.</param>
/// <param name="Agreement">What it must have in common with the other.</param>
/// <param name="IsMember">It is of a cluster, and can be joined.</param>
public sealed record JoinAnswer(string Node, Agreement Agreement, bool IsMember) : JoinMessage(Node, Agreement);
