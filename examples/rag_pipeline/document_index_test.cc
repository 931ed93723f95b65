#include "document_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace rag {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A folder of its own for each test, with a few documents.
class DocumentIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("document_index_") + test.name()) / "docs";
    fs::remove_all(folder_);
    write("animals.md",
          "# Animals\n\nAll of them.\n\n## Dogs\n\nDogs bark at night.\n\n## Cats\n\nCats sleep all day.\n");
    write("notes/birds.txt", "Birds sing in the morning.\n");
    write("ignored.cc", "int dogs;\n");
  }
  void TearDown() override { fs::remove_all(folder_.parent_path()); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  fs::path folder_;
};

TEST_F(DocumentIndexTest, FindsThePassageThatHoldsTheWords) {
  const DocumentIndex index({folder_});
  const std::vector<Match> matches = index.search("When do dogs bark?", 3);
  ASSERT_FALSE(matches.empty());
  EXPECT_EQ(matches[0].passage->source, "docs/animals.md, Dogs");
  EXPECT_THAT(matches[0].passage->text, HasSubstr("Dogs bark at night."));
  EXPECT_GT(matches[0].score, 0);
}

TEST_F(DocumentIndexTest, ReadsFoldersBelowAndOnlyDocuments) {
  const DocumentIndex index({folder_});
  EXPECT_EQ(index.search("SING", 3).at(0).passage->source, "docs/notes/birds.txt");
  EXPECT_THAT(index.search("int", 3), IsEmpty());
}

TEST_F(DocumentIndexTest, RanksByRarityAndGivesNoMoreThanAsked) {
  const DocumentIndex index({folder_});
  EXPECT_THAT(index.search("all day", 1), SizeIs(1));
  EXPECT_EQ(index.search("all day", 1)[0].passage->source, "docs/animals.md, Cats");
  EXPECT_THAT(index.search("unicorn", 3), IsEmpty());
  EXPECT_THAT(index.search("", 3), IsEmpty());
}

TEST_F(DocumentIndexTest, TakesSingleFiles) {
  const DocumentIndex index({folder_ / "notes" / "birds.txt"});
  EXPECT_EQ(index.passage_count(), 1U);
  EXPECT_EQ(index.search("birds", 1).at(0).passage->source, "birds.txt");
}

TEST_F(DocumentIndexTest, SplitsLongSectionsBetweenParagraphs) {
  const std::string paragraph = std::string(400, 'x') + " words\n\n";
  write("long.md", "# Long\n\n" + paragraph + paragraph + paragraph + "The zebra ends it.\n");
  const DocumentIndex index({folder_ / "long.md"});
  EXPECT_EQ(index.passage_count(), 2U);
  EXPECT_THAT(index.search("zebra", 1).at(0).passage->text, HasSubstr("The zebra ends it."));
}

TEST_F(DocumentIndexTest, KeepsHashesInCodeOutOfHeadings) {
  write("code.md", "# Usage\n\n```\n# a comment about llamas\nrun\n```\n");
  const DocumentIndex index({folder_ / "code.md"});
  EXPECT_EQ(index.search("llamas", 1).at(0).passage->source, "code.md, Usage");
}

TEST_F(DocumentIndexTest, NamesTheFolderThatIsNotThere) {
  try {
    const DocumentIndex index({folder_ / "nowhere"});
    FAIL() << "read a folder that does not exist";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("nowhere"));
  }
}

}  // namespace
}  // namespace rag
