// The word lists behind the demo shop; included by demo.cpp and demo_picture.cpp alone. Lists are
// texts: entries part at ';', their English, German and French at '|'. All names are made up.
#pragma once

#include "actors/catalogue/demo_picture.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace souk::catalogue::demo {

enum class choice : uint8_t {
  none,
  colour,
  size,
  shoe,
  colour_and_size,
  volume,
  weight,
  bed,
  storage,
  ring,
};

/// A kind of goods: a leaf of the category tree and what its products are like.
struct kind {
  std::string_view root, leaf, name, code;
  silhouette drawn;
  choice options;
  std::string_view nouns, materials;
  int64_t price_least, price_most; ///< EUR cents
  int64_t grams_least, grams_most;
  uint8_t weight = 4; ///< how common such products are
  std::string_view tax_category = "standard";
};

struct root {
  std::string_view handle, name;
};
inline constexpr std::array roots = {
    root{"clothing", "Clothing"},        root{"shoes", "Shoes"},
    root{"bags", "Bags & Travel"},       root{"accessories", "Accessories"},
    root{"kitchen", "Kitchen"},          root{"home", "Home & Living"},
    root{"furniture", "Furniture"},      root{"electronics", "Electronics"},
    root{"stationery", "Books & Paper"}, root{"food", "Food & Drink"},
    root{"outdoor", "Sport & Outdoor"},  root{"garden", "Garden & Tools"},
    root{"toys", "Toys & Games"},        root{"care", "Beauty & Care"},
};

inline constexpr std::string_view textiles =
    "Cotton|Baumwolle|coton;Linen|Leinen|lin;Merino|Merinowolle|mérinos;Hemp|Hanf|chanvre;"
    "Lyocell|Lyocell|lyocell;Flannel|Flanell|flanelle";
inline constexpr std::string_view wools =
    "Merino|Merinowolle|mérinos;Lambswool|Lammwolle|laine d’agneau;Cashmere|Kaschmir|cachemire;"
    "Alpaca|Alpakawolle|alpaga;Cotton|Baumwolle|coton";
inline constexpr std::string_view shells =
    "Waxed Cotton|Wachsbaumwolle|coton ciré;Softshell|Softshell|softshell;"
    "Recycled Nylon|recyceltem Nylon|nylon recyclé;Denim|Denim|denim;Wool|Wolle|laine";
inline constexpr std::string_view hides =
    "Leather|Leder|cuir;Suede|Wildleder|daim;Canvas|Segeltuch|toile;Cork|Kork|liège;"
    "Recycled Mesh|Recyclinggewebe|maille recyclée";
inline constexpr std::string_view ceramics =
    "Stoneware|Steinzeug|grès;Porcelain|Porzellan|porcelaine;Enamel|Emaille|émail;"
    "Terracotta|Terrakotta|terre cuite;Glass|Glas|verre";
inline constexpr std::string_view metals =
    "Steel|Stahl|acier;Cast "
    "Iron|Gusseisen|fonte;Copper|Kupfer|cuivre;Aluminium|Aluminium|aluminium;"
    "Brass|Messing|laiton";
inline constexpr std::string_view timbers =
    "Oak|Eiche|chêne;Walnut|Nussbaum|noyer;Ash|Esche|frêne;Beech|Buche|hêtre;"
    "Bamboo|Bambus|bambou;Pine|Kiefer|pin";
inline constexpr std::string_view casings =
    "Aluminium|Aluminium|aluminium;Graphite|Graphit|graphite;Bamboo|Bambus|bambou;"
    "Matte|mattem Kunststoff|plastique mat";
inline constexpr std::string_view papers =
    "Recycled|Recyclingpapier|papier recyclé;Clothbound|Leinen|toile;Cotton Paper|Baumwollpapier|"
    "papier coton;Kraft|Kraftpapier|kraft";
inline constexpr std::string_view origins =
    "Organic||;Highland||;Single Estate||;Wild||;Old Village||";
inline constexpr std::string_view precious =
    "Silver|Silber|argent;Gold-Plated|vergoldetem Silber|plaqué or;Steel|Edelstahl|acier";
inline constexpr std::string_view herbs =
    "Calendula|Ringelblume|calendula;Lavender|Lavendel|lavande;Oat|Hafer|avoine;Rose|Rose|rose;"
    "Pine|Kiefer|pin";
inline constexpr std::string_view sturdy =
    "Steel|Stahl|acier;Ash|Esche|frêne;Carbon|Carbon|carbone;Rubber|Gummi|caoutchouc";

inline constexpr auto kinds = std::to_array<kind>({
    {"clothing", "shirts", "Shirts", "SHI", silhouette::shirt, choice::colour_and_size,
     "Shirt|Hemd|Chemise;Henley|Henleyshirt|Henley;Polo|Polohemd|Polo", textiles, 1900, 8900, 140,
     350, 8},
    {"clothing", "t-shirts", "T-Shirts", "TSH", silhouette::shirt, choice::colour_and_size,
     "T-Shirt|T-Shirt|T-shirt;Tank Top|Tanktop|Débardeur;Longsleeve|Langarmshirt|T-shirt à manches "
     "longues",
     textiles, 1200, 4900, 110, 260, 9},
    {"clothing", "knitwear", "Knitwear", "KNI", silhouette::jumper, choice::colour_and_size,
     "Jumper|Pullover|Pull;Cardigan|Strickjacke|Cardigan;Rollneck|Rollkragenpullover|Col roulé",
     wools, 4900, 19900, 300, 800, 6},
    {"clothing", "trousers", "Trousers", "TRO", silhouette::trousers, choice::size,
     "Chinos|Chinohose|Chino;Trousers|Hose|Pantalon;Joggers|Jogginghose|Jogging", textiles, 3900,
     14900, 300, 700, 6},
    {"clothing", "shorts", "Shorts", "SRT", silhouette::shorts, choice::size,
     "Shorts|Shorts|Short;Swim Shorts|Badehose|Short de bain", textiles, 1900, 6900, 150, 320, 3},
    {"clothing", "dresses", "Dresses", "DRE", silhouette::dress, choice::size,
     "Dress|Kleid|Robe;Wrap Dress|Wickelkleid|Robe portefeuille;Skirt|Rock|Jupe", textiles, 3900,
     18900, 200, 600, 6},
    {"clothing", "jackets", "Jackets", "JAC", silhouette::jacket, choice::colour_and_size,
     "Parka|Parka|Parka;Rain Jacket|Regenjacke|Veste de pluie;Overshirt|Überhemd|Surchemise;"
     "Field Jacket|Feldjacke|Veste",
     shells, 7900, 39900, 600, 1600, 5},
    {"clothing", "nightwear", "Nightwear", "NGT", silhouette::shirt, choice::size,
     "Pyjama|Schlafanzug|Pyjama;Nightshirt|Nachthemd|Chemise de nuit", textiles, 2900, 9900, 250,
     600, 2},
    {"shoes", "sneakers", "Sneakers", "SNK", silhouette::shoe, choice::shoe,
     "Sneakers|Sneaker|Baskets;Runners|Laufschuhe|Chaussures de course;Slip-Ons|Slipper|Slip-on",
     hides, 4900, 17900, 500, 900, 6},
    {"shoes", "boots", "Boots", "BOO", silhouette::boot, choice::shoe,
     "Boots|Stiefel|Bottes;Chelsea Boots|Chelsea-Boots|Chelsea boots;Hiking Boots|Wanderstiefel|"
     "Chaussures de randonnée",
     hides, 8900, 28900, 800, 1500, 3},
    {"shoes", "sandals", "Sandals", "SAN", silhouette::shoe, choice::shoe,
     "Sandals|Sandalen|Sandales;Slides|Badeschuhe|Claquettes;Clogs|Clogs|Sabots", hides, 2900,
     11900, 300, 700, 2},
    {"bags", "backpacks", "Backpacks", "BPK", silhouette::backpack, choice::colour,
     "Backpack|Rucksack|Sac à dos;Daypack|Tagesrucksack|Petit sac à dos", hides, 3900, 24900, 400,
     1500, 4},
    {"bags", "totes-and-shoulder-bags", "Totes & Shoulder Bags", "TOT", silhouette::bag,
     choice::colour,
     "Tote Bag|Tragetasche|Cabas;Messenger Bag|Umhängetasche|Sacoche;Shoulder Bag|Schultertasche|"
     "Sac bandoulière",
     hides, 2900, 27900, 300, 1200, 4},
    {"bags", "luggage", "Luggage", "LUG", silhouette::suitcase, choice::colour,
     "Suitcase|Koffer|Valise;Weekender|Reisetasche|Sac week-end;Cabin Case|Handgepäckkoffer|"
     "Valise cabine",
     hides, 7900, 44900, 1800, 4500, 2},
    {"bags", "wallets", "Wallets", "WAL", silhouette::wallet, choice::colour,
     "Wallet|Geldbörse|Portefeuille;Card Holder|Kartenetui|Porte-cartes;Key "
     "Case|Schlüsseletui|Étui à clés",
     hides, 1900, 9900, 40, 180, 3},
    {"accessories", "hats", "Hats", "HAT", silhouette::hat, choice::colour,
     "Cap|Kappe|Casquette;Beanie|Mütze|Bonnet;Sun Hat|Sonnenhut|Chapeau de soleil", textiles, 1500,
     5900, 60, 200, 3},
    {"accessories", "scarves-and-gloves", "Scarves & Gloves", "SCA", silhouette::scarf,
     choice::colour, "Scarf|Schal|Écharpe;Shawl|Tuch|Châle;Gloves|Handschuhe|Gants", wools, 1900,
     9900, 60, 300, 3},
    {"accessories", "watches", "Watches", "WAT", silhouette::watch, choice::colour,
     "Watch|Armbanduhr|Montre;Dive Watch|Taucheruhr|Montre de plongée;Field Watch|Felduhr|Montre "
     "de terrain",
     precious, 8900, 49900, 60, 160, 3},
    {"accessories", "jewellery", "Jewellery", "JEW", silhouette::ring, choice::ring,
     "Ring|Ring|Bague;Signet Ring|Siegelring|Chevalière;Band|Bandring|Alliance", precious, 2900,
     24900, 5, 40, 3},
    {"accessories", "sunglasses", "Sunglasses", "SUN", silhouette::glasses, choice::colour,
     "Sunglasses|Sonnenbrille|Lunettes de soleil;Reading Glasses|Lesebrille|Lunettes de lecture",
     casings, 2900, 17900, 30, 60, 2},
    {"kitchen", "mugs-and-cups", "Mugs & Cups", "MUG", silhouette::mug, choice::colour,
     "Mug|Becher|Mug;Cup|Tasse|Tasse;Espresso Cup|Espressotasse|Tasse à espresso", ceramics, 790,
     3490, 180, 450, 5},
    {"kitchen", "plates-and-bowls", "Plates & Bowls", "PLA", silhouette::bowl, choice::colour,
     "Bowl|Schale|Bol;Plate|Teller|Assiette;Serving Dish|Servierplatte|Plat", ceramics, 990, 7900,
     300, 2200, 4},
    {"kitchen", "teapots-and-coffee", "Teapots & Coffee", "TEA", silhouette::teapot, choice::colour,
     "Teapot|Teekanne|Théière;Coffee Pot|Kaffeekanne|Cafetière;Dripper|Handfilter|Filtre à café",
     ceramics, 1900, 8900, 300, 1300, 3},
    {"kitchen", "cookware", "Cookware", "COO", silhouette::pan, choice::none,
     "Frying Pan|Bratpfanne|Poêle;Saucepan|Stielkasserolle|Casserole;Wok|Wok|Wok", metals, 2900,
     22900, 900, 4800, 4},
    {"kitchen", "knives", "Knives", "KNV", silhouette::knife, choice::none,
     "Chef's Knife|Kochmesser|Couteau de chef;Paring Knife|Schälmesser|Couteau d’office;"
     "Bread Knife|Brotmesser|Couteau à pain",
     "Steel|Stahl|acier;Damask|Damaststahl|acier damassé;"
     "Carbon Steel|Kohlenstoffstahl|acier au carbone",
     1900, 18900, 80, 400, 3},
    {"kitchen", "boards-and-tools", "Boards & Tools", "BRD", silhouette::board, choice::none,
     "Chopping Board|Schneidebrett|Planche à découper;Rolling Pin|Nudelholz|Rouleau à pâtisserie;"
     "Spoon Set|Löffelset|Set de cuillères",
     timbers, 990, 8900, 150, 2400, 3},
    {"kitchen", "bottles-and-flasks", "Bottles & Flasks", "BOT", silhouette::bottle, choice::volume,
     "Bottle|Trinkflasche|Gourde;Flask|Isolierflasche|Bouteille isotherme;Carafe|Karaffe|Carafe",
     metals, 1290, 4900, 150, 700, 4},
    {"kitchen", "storage-jars", "Storage Jars", "JAR", silhouette::jar, choice::volume,
     "Storage Jar|Vorratsglas|Bocal;Canister|Vorratsdose|Boîte;Butter Dish|Butterdose|Beurrier",
     ceramics, 690, 3900, 200, 900, 2},
    {"home", "bedding", "Bedding", "BED", silhouette::blanket, choice::bed,
     "Duvet Cover|Bettbezug|Housse de couette;Bed Sheet|Laken|Drap;Quilt|Steppdecke|Courtepointe",
     textiles, 2900, 19900, 500, 2500, 4},
    {"home", "throws-and-blankets", "Throws & Blankets", "THR", silhouette::blanket, choice::colour,
     "Throw|Überwurf|Plaid;Blanket|Decke|Couverture;Picnic Blanket|Picknickdecke|Couverture de "
     "pique-nique",
     wools, 3900, 17900, 500, 1800, 3},
    {"home", "cushions", "Cushions", "CUS", silhouette::cushion, choice::colour,
     "Cushion|Kissen|Coussin;Bolster|Nackenrolle|Traversin;Pillow|Kopfkissen|Oreiller", textiles,
     1290, 6900, 250, 1200, 3},
    {"home", "towels", "Towels", "TOW", silhouette::towel, choice::colour,
     "Bath Towel|Badetuch|Drap de bain;Hand Towel|Handtuch|Serviette;Bath Mat|Badematte|Tapis de "
     "bain",
     textiles, 990, 5900, 150, 900, 3},
    {"home", "lighting", "Lighting", "LIG", silhouette::lamp, choice::colour,
     "Table Lamp|Tischleuchte|Lampe de table;Floor Lamp|Stehleuchte|Lampadaire;Reading "
     "Lamp|Leseleuchte|"
     "Lampe de lecture",
     metals, 3900, 34900, 900, 6500, 4},
    {"home", "candles", "Candles", "CAN", silhouette::candle, choice::none,
     "Candle|Kerze|Bougie;Scented Candle|Duftkerze|Bougie parfumée;Lantern|Laterne|Lanterne",
     "Beeswax|Bienenwachs|cire d’abeille;Soy|Sojawachs|cire de soja;Rapeseed|Rapswachs|cire de "
     "colza",
     690, 4900, 120, 900, 3},
    {"home", "vases", "Vases", "VAS", silhouette::vase, choice::colour,
     "Vase|Vase|Vase;Bud Vase|Knospenvase|Soliflore;Jug|Krug|Cruche", ceramics, 1290, 9900, 300,
     2500, 3},
    {"home", "clocks", "Clocks", "CLO", silhouette::clock, choice::none,
     "Wall Clock|Wanduhr|Horloge murale;Alarm Clock|Wecker|Réveil;Mantel Clock|Tischuhr|Pendule",
     timbers, 1900, 14900, 250, 1800, 2},
    {"home", "mirrors", "Mirrors", "MIR", silhouette::mirror, choice::none,
     "Wall Mirror|Wandspiegel|Miroir mural;Table Mirror|Tischspiegel|Miroir de table", timbers,
     2900, 24900, 900, 9000, 2},
    {"furniture", "chairs", "Chairs", "CHR", silhouette::chair, choice::colour,
     "Chair|Stuhl|Chaise;Dining Chair|Esszimmerstuhl|Chaise de salle à "
     "manger;Stool|Hocker|Tabouret",
     timbers, 5900, 44900, 3000, 8000, 3},
    {"furniture", "armchairs-and-sofas", "Armchairs & Sofas", "SOF", silhouette::sofa,
     choice::colour, "Armchair|Sessel|Fauteuil;Sofa|Sofa|Canapé;Footstool|Fußhocker|Repose-pieds",
     textiles, 19900, 249900, 12000, 60000, 2},
    {"furniture", "tables", "Tables", "TBL", silhouette::table, choice::none,
     "Side Table|Beistelltisch|Table d’appoint;Desk|Schreibtisch|Bureau;Dining "
     "Table|Esstisch|Table à manger",
     timbers, 7900, 129900, 5000, 45000, 3},
    {"furniture", "shelves", "Shelves", "SHE", silhouette::shelf, choice::none,
     "Shelf|Regal|Étagère;Bookcase|Bücherregal|Bibliothèque;Wall Shelf|Wandregal|Étagère murale",
     timbers, 3900, 69900, 2000, 30000, 2},
    {"electronics", "headphones", "Headphones", "HEA", silhouette::headphones, choice::colour,
     "Headphones|Kopfhörer|Casque;Earbuds|Ohrhörer|Écouteurs;Headset|Headset|Micro-casque", casings,
     3900, 39900, 40, 350, 4},
    {"electronics", "speakers", "Speakers", "SPE", silhouette::speaker, choice::colour,
     "Speaker|Lautsprecher|Enceinte;Radio|Radio|Radio;Soundbar|Soundbar|Barre de son", casings,
     3900, 59900, 300, 4200, 3},
    {"electronics", "phones-and-tablets", "Phones & Tablets", "PHO", silhouette::phone,
     choice::storage,
     "Phone|Smartphone|Smartphone;Tablet|Tablet|Tablette;E-Reader|E-Book-Reader|Liseuse", casings,
     9900, 99900, 150, 600, 3},
    {"electronics", "chargers", "Chargers", "CHA", silhouette::charger, choice::none,
     "Charger|Ladegerät|Chargeur;Power Bank|Powerbank|Batterie externe;Desk Dock|Dockingstation|"
     "Station d’accueil",
     casings, 1490, 12900, 60, 600, 4},
    {"electronics", "keyboards-and-mice", "Keyboards & Mice", "KEY", silhouette::keyboard,
     choice::colour,
     "Keyboard|Tastatur|Clavier;Mouse|Maus|Souris;Number Pad|Ziffernblock|Pavé numérique", casings,
     1990, 22900, 80, 1300, 3},
    {"electronics", "cameras", "Cameras", "CAM", silhouette::camera, choice::none,
     "Camera|Kamera|Appareil photo;Action Camera|Actionkamera|Caméra d’action;Webcam|Webcam|Webcam",
     casings, 4900, 149900, 90, 900, 2},
    {"stationery", "notebooks", "Notebooks", "NOT", silhouette::book, choice::colour,
     "Notebook|Notizbuch|Carnet;Planner|Kalender|Agenda;Sketchbook|Skizzenbuch|Carnet à dessin",
     papers, 690, 3900, 120, 600, 4},
    {"stationery", "cookbooks", "Cookbooks", "CKB", silhouette::book, choice::none,
     "Cookbook|Kochbuch|Livre de cuisine;Baking Book|Backbuch|Livre de pâtisserie", papers, 1290,
     3990, 400, 1600, 3, "books"},
    {"stationery", "pens", "Pens", "PEN", silhouette::pen, choice::none,
     "Fountain Pen|Füllfederhalter|Stylo plume;Ballpoint Pen|Kugelschreiber|Stylo à bille;Pencil "
     "Set|"
     "Bleistiftset|Set de crayons",
     metals, 390, 15900, 15, 250, 3},
    {"food", "coffee-and-tea", "Coffee & Tea", "COF", silhouette::pouch, choice::weight,
     "Coffee Beans|Kaffeebohnen|Café en grains;Filter Coffee|Filterkaffee|Café filtre;Loose Tea|"
     "Loser Tee|Thé en vrac",
     origins, 590, 2490, 250, 1000, 3, "reduced"},
    {"food", "pantry", "Pantry", "PAN", silhouette::jar, choice::weight,
     "Honey|Honig|Miel;Jam|Konfitüre|Confiture;Sea Salt|Meersalz|Sel de mer", origins, 390, 1990,
     150, 1000, 3, "reduced"},
    {"food", "oils-and-vinegars", "Oils & Vinegars", "OIL", silhouette::bottle, choice::volume,
     "Olive Oil|Olivenöl|Huile d’olive;Cider Vinegar|Apfelessig|Vinaigre de cidre;Rapeseed "
     "Oil|Rapsöl|"
     "Huile de colza",
     origins, 590, 3490, 400, 1400, 2, "reduced"},
    {"outdoor", "tents-and-sleeping", "Tents & Sleeping", "TEN", silhouette::tent, choice::colour,
     "Tent|Zelt|Tente;Tarp|Tarp|Tarp;Bivouac|Biwakzelt|Tente bivouac", shells, 4900, 59900, 600,
     5200, 2},
    {"outdoor", "fitness", "Fitness", "FIT", silhouette::dumbbell, choice::none,
     "Dumbbell|Hantel|Haltère;Kettlebell|Kugelhantel|Kettlebell;Skipping Rope|Springseil|Corde à "
     "sauter",
     sturdy, 990, 9900, 250, 12000, 3},
    {"outdoor", "bike-parts", "Bike Parts", "BIK", silhouette::wheel, choice::none,
     "Wheel|Laufrad|Roue;Chainring|Kettenblatt|Plateau;Saddle|Sattel|Selle", sturdy, 1490, 39900,
     120, 1900, 3},
    {"outdoor", "helmets", "Helmets", "HEL", silhouette::helmet, choice::size,
     "Helmet|Helm|Casque vélo;Climbing Helmet|Kletterhelm|Casque d’escalade", casings, 3900, 19900,
     220, 500, 2},
    {"outdoor", "balls", "Balls", "BAL", silhouette::ball, choice::none,
     "Football|Fußball|Ballon de football;Basketball|Basketball|Ballon de "
     "basket;Volleyball|Volleyball|"
     "Ballon de volley",
     hides, 1290, 8900, 250, 650, 2},
    {"garden", "plant-pots", "Plant Pots", "POT", silhouette::plant, choice::colour,
     "Plant Pot|Blumentopf|Pot de fleurs;Planter|Pflanzgefäß|Jardinière;Hanging Pot|Hängetopf|"
     "Pot suspendu",
     ceramics, 890, 8900, 300, 4500, 4},
    {"garden", "watering", "Watering", "WTR", silhouette::can, choice::colour,
     "Watering Can|Gießkanne|Arrosoir;Plant Mister|Sprühflasche|Brumisateur", metals, 1290, 5900,
     300, 1500, 2},
    {"garden", "hand-tools", "Hand Tools", "TLS", silhouette::hammer, choice::none,
     "Hammer|Hammer|Marteau;Mallet|Holzhammer|Maillet;Hatchet|Beil|Hachette", sturdy, 990, 7900,
     250, 1500, 3},
    {"toys", "wooden-toys", "Wooden Toys", "WOO", silhouette::blocks, choice::none,
     "Building Blocks|Bauklötze|Cubes;Stacking Tower|Stapelturm|Tour à empiler;Shape "
     "Sorter|Steckspiel|"
     "Boîte à formes",
     timbers, 990, 6900, 300, 2200, 3},
    {"toys", "soft-toys", "Soft Toys", "SFT", silhouette::teddy, choice::none,
     "Teddy Bear|Teddybär|Ours en peluche;Cuddly Bear|Kuschelbär|Ours doudou", wools, 1290, 5900,
     120, 700, 3},
    {"toys", "puzzles", "Puzzles", "PUZ", silhouette::puzzle, choice::none,
     "Puzzle|Puzzle|Puzzle;Floor Puzzle|Bodenpuzzle|Puzzle de sol", papers, 790, 3990, 200, 1200,
     2},
    {"care", "soap", "Soap", "SOA", silhouette::soap, choice::none,
     "Soap|Seife|Savon;Shaving Soap|Rasierseife|Savon à raser;Shampoo Bar|Festes Shampoo|"
     "Shampoing solide",
     herbs, 390, 1690, 80, 200, 4},
    {"care", "lotions", "Lotions", "LOT", silhouette::pump, choice::volume,
     "Lotion|Lotion|Lotion;Hand Cream|Handcreme|Crème mains;Shower Gel|Duschgel|Gel douche", herbs,
     590, 3990, 80, 600, 4},
});

// Brands are a beginning and an end: 60 × 5 of them.
inline constexpr std::string_view brand_beginnings =
    "Alder;Bram;Calder;Dorn;Eller;Fjell;Garn;Harrow;Isel;Juni;Kessel;Linde;Marl;Nor;Oster;Pell;"
    "Quill;"
    "Rosen;Sol;Tamar;Ulm;Vesper;Wend;Yar;Zell;Amber;Birk;Corvin;Dale;Elm;Fenn;Glim;Hollin;Ivar;"
    "Jessa;"
    "Kite;Lumen;Mosel;Nettle;Orla;Pine;Rill;Sable;Thorn;Umber;Vale;Willow;Asker;Briar;Copper;Drift;"
    "Ember;Flint;Gull;Heron;Indra;Kelp;Larch;Myrtle;Otter";
inline constexpr std::string_view brand_ends = "moor;wick;holm & Co.; Works;by";
inline constexpr std::string_view adjectives =
    "Everyday;Compact;Heritage;Light;Sturdy;Slim;Soft;Quiet;Nordic;Urban;Coastal;Alpine;Modern;"
    "Rustic;"
    "Foldable;Weatherproof;Original;Essential;Handmade;Classic";
// Model names are two of these.
inline constexpr std::string_view syllables =
    "va;lo;mi;ren;tor;sa;ki;ne;dal;bo;fa;ri;lu;mar;ze;ta;no;vi;sol;pe;ga;du;lin;or;el;ha;jo;ba";
inline constexpr std::string_view colours =
    "Black|#26282d;White|#f4f2ec;Navy|#27406b;Forest|#2f6b4a;Terracotta|#c4623f;Sand|#d8bf94;"
    "Charcoal|#4c5058;Sky|#6ea8d8;Mustard|#d9a32b;Burgundy|#7d2638;Sage|#93a98a;Rose|#d58f9a;"
    "Teal|#24807f;Lilac|#a58fc4";
inline constexpr std::string_view countries =
    "Portugal;Germany;France;Italy;Poland;Spain;Denmark;Romania;Lithuania;Slovenia;Ireland;Czechia";
inline constexpr std::string_view sizes = "XS;S;M;L;XL;XXL";
inline constexpr std::string_view shoe_sizes = "36;37;38;39;40;41;42;43;44;45;46";
inline constexpr std::string_view volumes = "250 ml;500 ml;750 ml;1 l";
inline constexpr std::string_view weights = "250 g;500 g;1 kg";
inline constexpr std::string_view beds = "140 × 200;155 × 220;200 × 200;240 × 220";
inline constexpr std::string_view storages = "64 GB;128 GB;256 GB";
inline constexpr std::string_view rings = "50;52;54;56;58;60";
inline constexpr std::string_view openings =
    "Made to be used every day, not kept for best.;A quiet favourite that goes with everything.;"
    "Simple, honest and built to last.;The one you will still reach for in ten years.;"
    "Drawn in a small studio and tried out for a year.;"
    "Looks good on the first day and better on the hundredth.;"
    "We left out whatever could break and kept what matters.;"
    "An old shape, carefully thought over again.";
inline constexpr std::string_view middles =
    "Each piece is finished by hand, so no two are quite the same.;"
    "It is easy to clean and easy to repair.;Spare parts are kept for ten years.;"
    "The edges are rounded, the seams are double.;It weighs less than it looks.;"
    "The surface ages with use and may be oiled now and then.;It packs flat and comes without "
    "plastic.;"
    "Tested by people who are hard on their things.";
inline constexpr std::string_view closings =
    "Made in small batches by people who are paid fairly.;A good present, for yourself too.;"
    "Wipe clean or wash cold: it keeps its shape.;Comes with a two-year guarantee.;"
    "Sent in a box that grows on in your compost.;Goes well with the rest of the series.";

} // namespace souk::catalogue::demo
