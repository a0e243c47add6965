package org.ekkofs.app;

import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code init}: makes a repository. */
@Command(
    name = "init",
    header = "Make a repository.",
    footer = {"", "Example:", "  ekkofs init /srv/backups"})
final class InitCommand implements Action {
  @Parameters(
      arity = "0..1",
      paramLabel = "REPOSITORY",
      description = "Where to make it, unless said by -r or $EKKOFS_REPOSITORY.")
  private Optional<String> repository = Optional.empty();

  @Override
  public void run(Context context) {
    RepositoryLocation location = location(context);
    try (ObjectStore store = Context.newStore(location)) {
      RepositoryDescriptor descriptor = Repository.init(store, context.clock());
      context.say("made repository %s in %s".formatted(descriptor.id(), location));
    }
  }

  private RepositoryLocation location(Context context) {
    Optional<RepositoryLocation> named = repository.map(RepositoryLocation::parse);
    if (named.isEmpty()) {
      return context.location();
    }
    if (context.repositoryOption().filter(other -> !other.equals(named.get())).isPresent()) {
      throw new InvalidException("-r names another repository than " + named.get());
    }
    return named.get();
  }
}
