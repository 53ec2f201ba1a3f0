// The peer Lucene: built and asked as sides/raw.py does with the others, told as JSON.
//
//   java -cp anserini-fatjar.jar tests/bench/sides/Lucene.java FOLDER ROWS COUNT QUESTIONS COMMITS
//
// QUESTIONS is a file of lines: kind, words, country, first and last day, parted by tabs.

import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollector;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.store.FSDirectory;

public class Lucene {
    static final int LIMIT = 10, COMMIT = 20_000, SLOP = 3;
    static final EnglishAnalyzer ENGLISH = new EnglishAnalyzer();

    static long processCpu() {
        var system = (com.sun.management.OperatingSystemMXBean)
            ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime();
    }

    static long threadCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    static Document document(String[] row) {
        Document made = new Document();
        made.add(new StringField("id", row[0], Store.YES));
        made.add(new StringField("document", row[1], Store.NO));
        made.add(new TextField("text", row[6] + " " + row[5] + " " + row[7], Store.NO));
        made.add(new TextField("title", row[5], Store.NO));
        made.add(new StringField("country", row[2], Store.NO));
        made.add(new LongField("day", row[3].isEmpty() ? 0 : Long.parseLong(row[3]), Store.NO));
        return made;
    }

    static long read(Path rows, int count) throws Exception {
        long characters = 0;
        try (BufferedReader lines = Files.newBufferedReader(rows)) {
            for (int n = 0; n < count; n++) characters += lines.readLine().split("\t", -1).length;
        }
        return characters;
    }

    static void build(IndexWriter writer, Path rows, int count) throws Exception {
        try (BufferedReader lines = Files.newBufferedReader(rows)) {
            for (int n = 1; n <= count; n++) {
                writer.addDocument(document(lines.readLine().split("\t", -1)));
                if (n % COMMIT == 0) writer.commit();
            }
        }
        writer.commit();
    }

    static String stem(String word) throws Exception {
        try (TokenStream stream = ENGLISH.tokenStream("text", word)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            String found = stream.incrementToken() ? term.toString() : word;
            stream.end();
            return found;
        }
    }

    static Query query(String[] asked, String[] stems) {
        String kind = asked[0];
        if (kind.equals("a phrase") || kind.equals("near"))
            return new PhraseQuery(kind.equals("near") ? SLOP : 0, "text", stems);
        if (kind.equals("a beginning"))
            return new PrefixQuery(new Term("text", asked[1]));
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (int n = 0; n < stems.length; n++) {
            Occur how = kind.equals("three words, any") ? Occur.SHOULD : Occur.MUST;
            if (kind.equals("a word without another") && n == 1) how = Occur.MUST_NOT;
            all.add(new TermQuery(new Term("text", stems[n])), how);
        }
        if (!asked[2].isEmpty())
            all.add(new TermQuery(new Term("country", asked[2])), Occur.FILTER);
        if (!asked[3].equals("0"))
            all.add(LongPoint.newRangeQuery("day", Long.parseLong(asked[3]),
                Long.parseLong(asked[4])), Occur.FILTER);
        return all.build();
    }

    static long[] answer(IndexSearcher searcher, String[] asked, String[] stems) throws Exception {
        Query query = query(asked, stems);
        TopDocs found;
        if (asked[0].endsWith("newest first")) {
            Sort sort = new Sort(new SortedNumericSortField("day", SortField.Type.LONG, true));
            TopFieldCollector collector = TopFieldCollector.create(sort, LIMIT, Integer.MAX_VALUE);
            searcher.search(query, collector);
            found = collector.topDocs();
        } else {
            TopScoreDocCollector collector = TopScoreDocCollector.create(LIMIT, Integer.MAX_VALUE);
            searcher.search(query, collector);
            found = collector.topDocs();
        }
        StoredFields stored = searcher.storedFields();
        long ids = 0;
        for (ScoreDoc hit : found.scoreDocs) ids += stored.document(hit.doc).get("id").isEmpty() ? 0 : 1;
        return new long[] {found.totalHits.value, ids};
    }

    static String ask(IndexSearcher searcher, List<String[]> questions) throws Exception {
        StringBuilder told = new StringBuilder();
        for (int round = 0; round < 3; round++) {  // what runs often is compiled meanwhile
            told.setLength(0);
            for (String[] asked : questions) {
                String[] words = asked[1].split(" "), stems = new String[words.length];
                for (int n = 0; n < words.length; n++) stems[n] = stem(words[n]);
                List<Long> took = new ArrayList<>();
                long[] found = {0, 0};
                for (int n = 0; n < 7; n++) {
                    long begun = threadCpu();
                    found = answer(searcher, asked, stems);
                    took.add(threadCpu() - begun);
                }
                took.sort(null);
                told.append(told.length() > 0 ? ", " : "")
                    .append("[" + took.get(3) / 1e3 + ", " + found[0] + "]");
            }
        }
        return told.toString();
    }

    static String commits(IndexWriter writer, Path rows, int count, int commits) throws Exception {
        StringBuilder told = new StringBuilder();
        try (BufferedReader lines = Files.newBufferedReader(rows)) {
            for (int n = 0; n < commits; n++) {
                List<String[]> some = new ArrayList<>();
                Set<String> documents = new LinkedHashSet<>();
                while (some.size() < count) some.add(lines.readLine().split("\t", -1));
                long begun = processCpu();
                for (String[] row : some) documents.add(row[1]);
                for (String name : documents) writer.deleteDocuments(new Term("document", name));
                for (String[] row : some) writer.addDocument(document(row));
                writer.commit();
                told.append(n > 0 ? ", " : "").append((processCpu() - begun) / 1e6);
            }
        }
        return told.toString();
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]), rows = Path.of(arguments[1]);
        int count = Integer.parseInt(arguments[2]), size = Integer.parseInt(arguments[4]);
        List<String[]> questions = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(arguments[3])))
            questions.add(line.split("\t", -1));
        long begun = processCpu();
        read(rows, count);
        long reading = processCpu() - begun;
        begun = processCpu();
        FSDirectory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(ENGLISH));
        build(writer, rows, count);
        double cpu = (processCpu() - begun - reading) / 1e9;
        long bytes = 0;
        for (String name : directory.listAll()) bytes += directory.fileLength(name);
        String answers;
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            answers = ask(new IndexSearcher(reader), questions);
        }
        String told = commits(writer, rows, size, 5);
        writer.close();
        System.out.println("{\"cpu_s\": " + cpu + ", \"mb\": " + bytes / 1e6 + ", \"commits_ms\": ["
            + told + "], \"answers\": [" + answers + "], \"memory_mb\": " + memory() + "}");
    }

    static double memory() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status")))
            if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        return 0;
    }
}
