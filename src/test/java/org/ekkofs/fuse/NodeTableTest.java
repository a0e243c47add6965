package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.Node;
import org.junit.jupiter.api.Test;

class NodeTableTest {
  private final TestTree tree = new TestTree(new SparseContent(1 << 20, 2, 1));
  private final NodeTable table = new NodeTable(tree.root());
  private final Node many = tree.root().lookup("many").orElseThrow();

  @Test
  void theRootIsOneAndAlwaysThere() {
    assertThat(table.number(tree.root().attributes().inode())).isEqualTo(1);
    assertThat(table.number(1)).isEqualTo(tree.root().attributes().inode());
    assertThat(table.node(1)).isSameAs(tree.root());
  }

  @Test
  void nodesStayUntilForgottenAsOftenAsTold() {
    long number = table.number(many.attributes().inode());
    table.remember(many, number);
    table.remember(many, number);
    table.forget(number, 1);
    assertThat(table.node(number)).isSameAs(many);
    table.forget(number, 1);
    assertThatThrownBy(() -> table.node(number)).isInstanceOf(ErrnoException.class);
    assertThat(table.size()).isZero();
  }

  @Test
  void nodesOfTheWrongKindAreRefused() {
    long number = table.number(many.attributes().inode());
    table.remember(many, number);
    assertThat(table.directory(number)).isSameAs(many);
    assertThatThrownBy(() -> table.file(number)).hasMessage("EISDIR");
  }
}
