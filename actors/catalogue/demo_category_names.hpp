// What the demo's categories are called in its other languages, by handle; included by
// demo_lists.cpp alone. Their English names stand in demo_words.hpp.
#pragma once

#include <string_view>

namespace souk::catalogue::demo {

inline constexpr std::string_view category_names =
    "clothing|Kleidung|Vêtements;shoes|Schuhe|Chaussures;bags|Taschen & Reise|Sacs & voyage;"
    "accessories|Accessoires|Accessoires;kitchen|Küche|Cuisine;home|Wohnen|Maison;"
    "furniture|Möbel|Meubles;electronics|Elektronik|Électronique;"
    "stationery|Bücher & Papier|Livres & papeterie;food|Essen & Trinken|Épicerie;"
    "outdoor|Sport & Draußen|Sport & plein air;garden|Garten & Werkzeug|Jardin & outils;"
    "toys|Spielzeug|Jouets;care|Körperpflege|Soins;"
    "shirts|Hemden|Chemises;t-shirts|T-Shirts|T-shirts;knitwear|Strickwaren|Maille;"
    "trousers|Hosen|Pantalons;shorts|Shorts|Shorts;dresses|Kleider|Robes;jackets|Jacken|Vestes;"
    "nightwear|Nachtwäsche|Vêtements de nuit;sneakers|Sneaker|Baskets;boots|Stiefel|Bottes;"
    "sandals|Sandalen|Sandales;backpacks|Rucksäcke|Sacs à dos;"
    "totes-and-shoulder-bags|Trage- & Schultertaschen|Cabas & sacs bandoulière;"
    "luggage|Reisegepäck|Bagages;wallets|Geldbörsen|Portefeuilles;hats|Hüte & Mützen|Chapeaux;"
    "scarves-and-gloves|Schals & Handschuhe|Écharpes & gants;watches|Uhren|Montres;"
    "jewellery|Schmuck|Bijoux;sunglasses|Sonnenbrillen|Lunettes de soleil;"
    "mugs-and-cups|Becher & Tassen|Mugs & tasses;"
    "plates-and-bowls|Teller & Schalen|Assiettes & bols;"
    "teapots-and-coffee|Tee- & Kaffeekannen|Théières & cafetières;"
    "cookware|Kochgeschirr|Casseroles;"
    "knives|Messer|Couteaux;boards-and-tools|Bretter & Küchenhelfer|Planches & ustensiles;"
    "bottles-and-flasks|Flaschen & Isolierkannen|Bouteilles & gourdes;"
    "storage-jars|Vorratsgläser|Bocaux;bedding|Bettwäsche|Linge de lit;"
    "throws-and-blankets|Decken & Plaids|Plaids & couvertures;cushions|Kissen|Coussins;"
    "towels|Handtücher|Serviettes;lighting|Leuchten|Luminaires;candles|Kerzen|Bougies;"
    "vases|Vasen|Vases;clocks|Wanduhren|Horloges;mirrors|Spiegel|Miroirs;chairs|Stühle|Chaises;"
    "armchairs-and-sofas|Sessel & Sofas|Fauteuils & canapés;tables|Tische|Tables;"
    "shelves|Regale|Étagères;headphones|Kopfhörer|Casques;speakers|Lautsprecher|Enceintes;"
    "phones-and-tablets|Handys & Tablets|Téléphones & tablettes;chargers|Ladegeräte|Chargeurs;"
    "keyboards-and-mice|Tastaturen & Mäuse|Claviers & souris;cameras|Kameras|Appareils photo;"
    "notebooks|Notizbücher|Carnets;cookbooks|Kochbücher|Livres de cuisine;pens|Stifte|Stylos;"
    "coffee-and-tea|Kaffee & Tee|Café & thé;pantry|Vorräte|Garde-manger;"
    "oils-and-vinegars|Öl & Essig|Huiles & vinaigres;"
    "tents-and-sleeping|Zelte & Schlafsäcke|Tentes & couchage;fitness|Fitness|Fitness;"
    "bike-parts|Fahrradteile|Pièces de vélo;helmets|Helme|Casques de vélo;balls|Bälle|Ballons;"
    "plant-pots|Blumentöpfe|Pots de fleurs;watering|Bewässerung|Arrosage;"
    "hand-tools|Handwerkzeug|Outils à main;wooden-toys|Holzspielzeug|Jouets en bois;"
    "soft-toys|Kuscheltiere|Peluches;puzzles|Puzzles|Puzzles;soap|Seife|Savons;"
    "lotions|Cremes & Lotionen|Crèmes & lotions";

} // namespace souk::catalogue::demo
